import type { Command } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

interface Entry {
  /** The words before: `` for the top, `record`, `lab`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly { readonly flag: string; readonly about: string }[];
}

/** A completion script made from the commands themselves: subcommands and long options, nothing asked at runtime. */
export function completionScript(shell: Shell, program: Command): string[] {
  const entries = walk(program, []);
  if (shell === 'fish') return fish(entries);
  const body = bash(entries);
  return shell === 'bash'
    ? body
    : ['#compdef nightshift', 'autoload -U +X bashcompinit && bashcompinit', ...body];
}

function walk(command: Command, path: readonly string[]): Entry[] {
  return [
    {
      path: path.join(' '),
      commands: command.commands.map((c) => ({ name: c.name(), about: c.description() })),
      options: command.options.flatMap((o) => (o.long ? [{ flag: o.long, about: o.description }] : [])),
    },
    ...command.commands.flatMap((c) => walk(c, [...path, c.name()])),
  ];
}

const bash = (entries: readonly Entry[]): string[] => [
  '_nightshift() {',
  '  local current="${COMP_WORDS[COMP_CWORD]}" path="" word words=""',
  '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
  '    case "$word" in -*) ;; *) case "${path:+$path }$word" in',
  `      ${entries
    .filter((e) => e.path)
    .map((e) => `"${e.path}"`)
    .join('|')}) path="\${path:+$path }$word" ;;`,
  '    esac ;; esac',
  '  done',
  '  case "$path" in',
  ...entries.map(
    (e) =>
      `    "${e.path}") words="${[...e.commands.map((c) => c.name), ...e.options.map((o) => o.flag), '--help'].join(' ')}" ;;`,
  ),
  '  esac',
  '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
  '}',
  'complete -o default -F _nightshift nightshift',
];

function fish(entries: readonly Entry[]): string[] {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return entries.flatMap(({ path, commands, options }) => {
    const words = path.split(' ').filter(Boolean);
    const when =
      words.length === 0
        ? '__fish_use_subcommand'
        : words.map((w) => `__fish_seen_subcommand_from ${w}`).join('; and ');
    return [
      ...commands.map(
        (c) => `complete -c nightshift -f -n ${quoted(when)} -a ${c.name} -d ${quoted(c.about)}`,
      ),
      ...options.map(
        (o) => `complete -c nightshift -n ${quoted(when)} -l ${o.flag.slice(2)} -d ${quoted(o.about)}`,
      ),
    ];
  });
}
