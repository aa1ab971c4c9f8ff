import { Command } from 'commander';
import { milliseconds, type Duration } from '../../activities/kit/index.ts';
import { SCOPES, type Scope } from '../../gateway/api/endpoint.ts';
import { example, type Context } from '../command.ts';
import { viaGatewayOrLedger } from '../connect/gateway-or-ledger.ts';
import { databaseUrlOption, withLedger, type LedgerOption } from '../connect/ledger.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { renderTable } from '../render/table.ts';
import { clock, moment } from '../render/time.ts';
import { print, withOutput, type OutputOption } from '../terminal/output-format.ts';

export const tokenCommand = (context: Context): Command =>
  new Command('token')
    .description('make, list and revoke tokens of the API')
    .addCommand(create(context))
    .addCommand(list(context))
    .addCommand(revoke(context));

interface CreateOptions extends OutputOption, LedgerOption {
  readonly person: string;
  readonly scopes: readonly Scope[];
  readonly expires: string;
}

const create = ({ io, api }: Context): Command =>
  databaseUrlOption(withOutput(new Command('create')))
    .description('make a token; its secret is shown once. The first one is made at the database')
    .requiredOption('--person <name>', 'whose it is, as in nightshift.config.ts')
    .option('--scopes <list>', `of ${SCOPES.join(', ')}`, parseScopes, ['read'])
    .option('--expires <duration>', 'from now', '90 days')
    .addHelpText(
      'after',
      example(
        'nightshift token create --person ana --scopes read,run,decide --expires "30 days"',
        'nightshift token create --person ana --scopes read,run,decide,admin --database-url postgres://... --deployment production',
      ),
    )
    .action(async ({ person, scopes, expires, ...options }: CreateOptions) => {
      const wanted = { person, scopes: [...scopes], expiresAt: after(expires) };
      const made = await viaGatewayOrLedger(
        { api },
        (client) => client.createToken(wanted),
        () => withLedger(io, options, (ledger, by) => ledger.createToken({ ...wanted, by })),
        options.databaseUrl !== undefined,
      );
      print(io, options, made, () => [
        made.secret,
        '',
        `Token ${made.token.id} of ${person} (${scopes.join(', ')}), until ${clock(made.token.expiresAt, io.screen())}.`,
        'It is not shown again. Use it as NIGHTSHIFT_TOKEN.',
      ]);
    });

const list = ({ io, api }: Context): Command =>
  withOutput(new Command('list'))
    .description('list tokens, without their secrets')
    .addHelpText('after', example('nightshift token list'))
    .action(async (output: OutputOption) => {
      const { tokens } = await (await api()).tokens();
      const screen = io.screen();
      print(io, output, { tokens }, () =>
        tokens.length === 0
          ? ['No tokens.']
          : renderTable(
              tokens,
              [
                { head: 'TOKEN', of: (t) => t.id },
                { head: 'PERSON', of: (t) => t.person },
                { head: 'SCOPES', of: (t) => t.scopes.join(',') },
                { head: 'MADE BY', of: (t) => t.createdBy ?? '' },
                { head: 'LAST USED', of: (t) => (t.lastUsedAt ? clock(t.lastUsedAt, screen) : 'never') },
                { head: 'EXPIRES', of: (t) => (t.revokedAt ? 'revoked' : moment(t.expiresAt, screen)) },
              ],
              screen,
            ),
      );
    });

const revoke = ({ io, api }: Context): Command =>
  withOutput(new Command('revoke'))
    .description('revoke a token: it is refused from the next request on')
    .argument('<token>', 'its id; "nightshift token list" lists them')
    .addHelpText('after', example('nightshift token revoke token-7f3a'))
    .action(async (id: string, output: OutputOption) => {
      await (await api()).revokeToken(id);
      print(io, output, { id, revoked: true }, () => [`Revoked ${id}.`]);
    });

function parseScopes(text: string): Scope[] {
  return text.split(',').map((word) => {
    const scope = SCOPES.find((known) => known === word.trim());
    if (scope) return scope;
    throw new CliFailure(EXIT.usage, `"${word}" is no scope`, { next: `use some of: ${SCOPES.join(', ')}` });
  });
}

function after(duration: string): string {
  try {
    return new Date(Date.now() + milliseconds(duration as Duration)).toISOString();
  } catch (cause) {
    throw new CliFailure(EXIT.usage, `--expires: ${(cause as Error).message}`, { cause });
  }
}
