/**
 * Which steps a runbook can come to, seen in its source: from its definition through every function and constant of its
 * repository that it names. Whether a branch is ever taken is not asked; a runbook is not run for this.
 */
import { relative } from 'node:path';
import type * as TypeScript from 'typescript';
import { authorProgram } from '../author/author-program.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { inputShape, type InputShape } from './input-shape.ts';

/** One place where a step is named. */
export interface StepUse {
  /** `kubernetes.listPods`. */
  readonly step: string;
  /** What is known of its input there. */
  readonly input: InputShape;
}

/** `systems`: the names under which steps are imported. Throws a CliFailure for a runbook that is not found there. */
export function stepsOfRunbooks(
  catalogue: string,
  { ids, systems }: { readonly ids: readonly string[]; readonly systems: ReadonlySet<string> },
): StepUse[] {
  const { ts, program, sources } = authorProgram(catalogue);
  const checker = program.getTypeChecker();
  const own = new Set(sources);
  const uses: StepUse[] = [];
  const seen = new Set<TypeScript.Node>();
  const visit = (node: TypeScript.Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node)) follow(node);
    ts.forEachChild(node, visit);
  };
  for (const id of ids) visit(definitionOf(id));
  return uses;

  function definitionOf(id: string): TypeScript.Node {
    const found = firstIn(sources, (node) => (isDefinitionOf(ts, node, id) ? node : undefined));
    if (found) return found;
    throw new CliFailure(
      EXIT.notFound,
      `the source of the runbook "${id}" is not found beside ${catalogue}`,
      {
        next: 'give defineRunbook its id as a text, or name the catalogue with --runbooks',
      },
    );
  }

  function follow(name: TypeScript.Identifier): void {
    const symbol = meant(name);
    if (!symbol) return;
    const declared = symbol.declarations ?? [];
    if (systems.has(symbol.name) && !declared.some((d) => own.has(d.getSourceFile())))
      return use(name, symbol.name);
    for (const declaration of declared) if (own.has(declaration.getSourceFile())) visit(declaration);
  }

  /** What a name stands for, through imports and `{ name }`. */
  function meant(name: TypeScript.Identifier): TypeScript.Symbol | undefined {
    const symbol = ts.isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name);
    return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  }

  function use(name: TypeScript.Identifier, system: string): void {
    const { parent } = name;
    if (ts.isImportSpecifier(parent) || ts.isImportClause(parent)) return;
    if (!ts.isPropertyAccessExpression(parent) || parent.expression !== name) {
      const source = name.getSourceFile();
      const { line } = source.getLineAndCharacterOfPosition(name.getStart(source));
      throw new CliFailure(
        EXIT.failed,
        `which steps of ${system} are used at ${relative(process.cwd(), source.fileName)}:${line + 1} cannot be seen`,
        { next: `name each as ${system}.STEP` },
      );
    }
    uses.push({ step: `${system}.${parent.name.text}`, input: inputShape({ ts, checker, step: parent }) });
  }

  function firstIn<T>(
    nodes: readonly TypeScript.Node[],
    look: (node: TypeScript.Node) => T | undefined,
  ): T | undefined {
    for (const node of nodes) {
      const found = look(node) ?? ts.forEachChild(node, (child) => firstIn([child], look));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** `defineRunbook({ id: 'this one', ... })` */
function isDefinitionOf(ts: typeof TypeScript, node: TypeScript.Node, id: string): boolean {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return false;
  const [argument] = node.arguments;
  return (
    node.expression.text === 'defineRunbook' &&
    argument !== undefined &&
    ts.isObjectLiteralExpression(argument) &&
    argument.properties.some(
      (p) =>
        ts.isPropertyAssignment(p) &&
        ts.isIdentifier(p.name) &&
        p.name.text === 'id' &&
        ts.isStringLiteralLike(p.initializer) &&
        p.initializer.text === id,
    )
  );
}
