/** Command lines carry passwords; records, screens and histories must not. */

const SECRET =
  /pass(word|wd|phrase)|secret|token|credential|(api|access|private)[-_]?key|(pass|pwd|auth|authorization)$/i;
const HIDDEN = '[hidden]';

/** Such a name and its value inside a word: `--env=DB_PASSWORD=x`, `?token=x&`, `{"secret":"x"}`. */
const INNER =
  /((?:pass(?:word|wd|phrase)|secret|token|credential|(?:api|access|private)[-_]?key)[\w.-]*["']?[=:]["']?)(?!\[hidden\])[^\s&;,"']+/gi;

/**
 * A command line without what looks like a secret: the value of an option or variable whose name says so, also inside a
 * word, the password in an address, and a header's credentials. It knows the usual spellings, and rather hides too much.
 */
export function withoutSecrets(command: string): string {
  let hideNext = false;
  return command
    .split(' ')
    .map((word) => {
      if (hideNext && word !== '') {
        // `Authorization: Bearer abc`: the scheme is no secret, what follows it is.
        hideNext = /^(bearer|basic|token)$/i.test(word);
        return hideNext ? word : HIDDEN;
      }
      const [, name, value] = /^(--?[\w.-]+|[\w.-]+)[=:](.*)$/s.exec(word) ?? [];
      if (name !== undefined && SECRET.test(name)) {
        hideNext = value === '';
        return value === '' ? word : `${word.slice(0, name.length + 1)}${HIDDEN}`;
      }
      if (/^--?[\w.-]+$/.test(word) && SECRET.test(word)) hideNext = true;
      return word.replace(/(\w+:\/\/[^\s:@/]*):[^\s@/]+@/g, `$1:${HIDDEN}@`).replace(INNER, `$1${HIDDEN}`);
    })
    .join(' ');
}
