/**
 * Which steps a runbook can come to, seen in its source: from its definition through every function and constant of its
 * repository that it names. Whether a branch is ever taken is not asked; a runbook is not run for this.
 */
import { relative } from 'node:path';
import type * as TypeScript from 'typescript';
import type { AuthorProgram } from '../author/author-program.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { inputShape, type InputShape } from './input-shape.ts';

/** One place where a step is named. */
export interface StepUse {
  /** `kubernetes.listPods`. */
  readonly step: string;
  /** The module in which its system is declared, and its name there. */
  readonly declared: { readonly module: string; readonly system: string; readonly key: string };
  /** What is known of its input there. */
  readonly input: InputShape;
}

/**
 * `others`: whether the runbooks that these start belong to them. Throws a CliFailure for a runbook that is not found
 * there, and for a use of steps that cannot be seen.
 */
export function stepsOfRunbooks(
  { ts, checker, sources }: AuthorProgram,
  { ids, others }: { readonly ids: readonly string[]; readonly others: 'follow' | 'leave' },
): StepUse[] {
  const own = new Set(sources);
  const uses: StepUse[] = [];
  const seen = new Set<TypeScript.Node>();
  const visit = (node: TypeScript.Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (ts.isTypeNode(node)) return;
    const defined = others === 'leave' ? definedId(ts, node) : undefined;
    if (defined !== undefined && !ids.includes(defined)) return;
    if (ts.isIdentifier(node)) follow(node);
    ts.forEachChild(node, visit);
  };
  for (const id of ids) visit(definitionOf(id));
  return uses;

  function definitionOf(id: string): TypeScript.Node {
    const found = firstIn(sources, (node) => (definedId(ts, node) === id ? node : undefined));
    if (found) return found;
    throw new CliFailure(
      EXIT.notFound,
      `the source of the runbook "${id}" is not found beside its catalogue`,
      {
        next: 'give defineRunbook its id as a text, or name the catalogue with --runbooks',
      },
    );
  }

  function follow(name: TypeScript.Identifier): void {
    const symbol = meant(name);
    if (!symbol) return;
    const declared = symbol.declarations ?? [];
    if (areSteps(symbol)) return use(name, symbol);
    for (const declaration of declared) if (own.has(declaration.getSourceFile())) visit(declaration);
  }

  /** What a name stands for, through imports and `{ name }`. */
  function meant(name: TypeScript.Identifier): TypeScript.Symbol | undefined {
    const symbol = ts.isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name);
    return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  }

  /** What `defineSteps` makes: an object whose every value has a contract. */
  function areSteps(symbol: TypeScript.Symbol): boolean {
    const [declaration] = symbol.declarations ?? [];
    if (!declaration || !ts.isVariableDeclaration(declaration)) return false;
    if (declaration.initializer && !ts.isCallExpression(declaration.initializer)) return false;
    const [first] = checker.getTypeOfSymbol(symbol).getProperties();
    const contract = first && checker.getTypeOfSymbol(first).getProperty('contract');
    return contract !== undefined && checker.getTypeOfSymbol(contract).getProperty('effect') !== undefined;
  }

  function use(name: TypeScript.Identifier, symbol: TypeScript.Symbol): void {
    const system = symbol.name;
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
    const key = parent.name.text;
    const module = symbol.declarations![0]!.getSourceFile().fileName;
    const input = inputShape({ ts, checker, step: parent });
    uses.push({ step: `${system}.${key}`, declared: { module, system, key }, input });
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

/** The id in `defineRunbook({ id: '…' })`. */
function definedId(ts: typeof TypeScript, node: TypeScript.Node): string | undefined {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  const [argument] = node.arguments;
  if (node.expression.text !== 'defineRunbook' || !argument || !ts.isObjectLiteralExpression(argument))
    return undefined;
  const id = argument.properties.find((p) => p.name && ts.isIdentifier(p.name) && p.name.text === 'id');
  return id && ts.isPropertyAssignment(id) && ts.isStringLiteralLike(id.initializer)
    ? id.initializer.text
    : undefined;
}
