import { Argument, Command } from 'commander';
import { example, type Context } from '../command.ts';
import { completionScript, type Shell } from '../completion/script.ts';
import { printLines } from '../terminal/io.ts';

export const completionCommand = ({ io }: Context, program: Command): Command =>
  new Command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      example('nightshift completion bash > ~/.local/share/bash-completion/completions/nightshift'),
    )
    .action((shell: Shell) => printLines(io, completionScript(shell, program)));
