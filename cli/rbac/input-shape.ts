import type * as TypeScript from 'typescript';

/** What the source tells of one field of an input: whether it is given, and its values where they are all written there. */
export interface FieldShape {
  readonly given: 'yes' | 'no' | 'maybe';
  readonly values?: readonly string[];
}
export type InputShape = (field: string) => FieldShape;

const UNKNOWN: InputShape = () => ({ given: 'maybe' });

/** Of `step(input)`, and of what takes a step and its input beside it: `check('...', step, input)`, `once(step, input)`. */
export function inputShape({
  ts,
  checker,
  step,
}: {
  readonly ts: typeof TypeScript;
  readonly checker: TypeScript.TypeChecker;
  readonly step: TypeScript.PropertyAccessExpression;
}): InputShape {
  const { parent } = step;
  if (!ts.isCallExpression(parent)) return UNKNOWN;
  const at = parent.expression === step ? 0 : parent.arguments.indexOf(step) + 1;
  const argument = parent.arguments[at];
  if (!argument) return UNKNOWN;
  const type = checker.getTypeAtLocation(argument);
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return UNKNOWN;
  return (field) => {
    const found = type.getProperty(field);
    if (!found) return { given: type.isUnion() ? 'maybe' : 'no' };
    const of = checker.getTypeOfSymbolAtLocation(found, argument);
    const kinds = of.isUnion() ? of.types : [of];
    const optional =
      (found.flags & ts.SymbolFlags.Optional) !== 0 ||
      kinds.some((t) => t.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Any));
    const texts = kinds.flatMap((t) => (t.isStringLiteral() ? [t.value] : []));
    return {
      given: optional ? 'maybe' : 'yes',
      ...(texts.length === kinds.length && { values: texts }),
    };
  };
}
