import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path';
import type * as TypeScript from 'typescript';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

/** The source of runbooks as the TypeScript of the author's own repository understands it. */
export interface AuthorProgram {
  readonly ts: typeof TypeScript;
  readonly program: TypeScript.Program;
  readonly checker: TypeScript.TypeChecker;
  /** The catalogue and every module beside or below it. */
  readonly sources: readonly TypeScript.SourceFile[];
}

/** Throws a CliFailure where there is no TypeScript. */
export function authorProgram(catalogue: string): AuthorProgram {
  const ts = typescriptFor(catalogue);
  const folder = dirname(catalogue);
  const program = ts.createProgram([catalogue], optionsFor(ts, folder));
  const sources = program
    .getSourceFiles()
    .filter(
      ({ fileName, isDeclarationFile }) =>
        fileName.startsWith(`${folder}/`) && !isDeclarationFile && !fileName.includes('/node_modules/'),
    );
  return { ts, program, checker: program.getTypeChecker(), sources };
}

/** Where something is written: the file from the current folder, and the line from 1 on. */
export const placeIn = (source: TypeScript.SourceFile, position: number) => ({
  file: relative(process.cwd(), source.fileName),
  line: source.getLineAndCharacterOfPosition(position).line + 1,
});

function optionsFor(ts: typeof TypeScript, folder: string): TypeScript.CompilerOptions {
  const config = ts.findConfigFile(folder, (file) => ts.sys.fileExists(file));
  const given = config
    ? ts.parseJsonConfigFileContent(
        ts.readConfigFile(config, (f) => ts.sys.readFile(f)).config,
        ts.sys,
        dirname(config),
      ).options
    : {
        strict: true,
        module: ts.ModuleKind.NodeNext,
        target: ts.ScriptTarget.ES2024,
        allowImportingTsExtensions: true,
      };
  return {
    ...given,
    noEmit: true,
    skipLibCheck: true,
    allowUnreachableCode: false,
    composite: false,
    incremental: false,
    // The catalogue that nightshift brings is JavaScript where it is installed.
    allowJs: true,
  };
}

function typescriptFor(catalogue: string): typeof TypeScript {
  try {
    return createRequire(catalogue)('typescript') as typeof TypeScript;
  } catch (cause) {
    throw new CliFailure(
      EXIT.failed,
      'the source cannot be read: there is no TypeScript beside the runbooks',
      {
        cause,
        next: 'npm install --save-dev typescript',
      },
    );
  }
}
