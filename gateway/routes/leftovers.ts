import { randomUUID } from 'node:crypto';
import { rolesOf, type Authority } from '../../config/index.ts';
import type { Ledger, Leftover } from '../../ledger/api.ts';
import { clearLeftover, keepLeftover, listLeftovers, putBackLeftover } from '../api/leftovers.ts';
import { runAbout } from '../ask-about-leftovers.ts';
import type { Caller } from '../authenticate.ts';
import type { Dispatcher } from '../dispatcher.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import { runView } from '../views.ts';
import { notFound } from './freezes.ts';

export interface LeftoverDeps {
  readonly ledger: Ledger;
  readonly authority: Authority;
  readonly dispatcher: Pick<Dispatcher, 'wake'>;
}

export function serveLeftovers(serve: Serve, { ledger, authority, dispatcher }: LeftoverDeps): void {
  serve(listLeftovers, async () => ({ leftovers: [...(await ledger.leftovers())] }));

  serve(keepLeftover, async ({ params: { id }, body: { until, reason }, caller }) => {
    refuseOthers(await leftNow(id), caller);
    if (Date.parse(until) <= Date.now())
      throw new ProblemError('bad-request', 'body.until: must be in the future');
    await ledger.keepLeftover({ id, until, by: caller.person, reason }).catch(notFound);
    return { kept: true as const };
  });

  serve(clearLeftover, async ({ params: { id }, body: { reason }, caller }) => {
    refuseOthers(await leftNow(id), caller);
    await ledger.clearLeftover({ id, by: caller.person, reason }).catch(notFound);
    return { cleared: true as const };
  });

  serve(putBackLeftover, async ({ params: { id }, caller: { person } }) => {
    const leftover = await leftNow(id);
    if (!leftover.undo)
      throw new ProblemError(
        'bad-request',
        `nothing is known that would take it away: put it back by hand, then "nightshift left gone ${id}"`,
      );
    const run = await runAbout(ledger, leftover, {
      trigger: { kind: 'person', source: 'api', authenticated: true, person },
      requestId: `${person}:${randomUUID()}`,
      putBackNow: true,
    });
    dispatcher.wake();
    return runView(run);
  });

  async function leftNow(id: string): Promise<Leftover> {
    const leftover = (await ledger.leftovers()).find((l) => l.id === id);
    if (leftover) return leftover;
    throw new ProblemError(
      'not-found',
      `nothing is left that is called "${id}"; list it with GET /api/leftovers`,
    );
  }

  /** What is left is its owner's to answer for. */
  function refuseOthers({ owner }: Leftover, { person, token }: Caller): void {
    if (token.scopes.includes('admin') || person === owner) return;
    if (rolesOf(authority, person, new Date()).includes(owner)) return;
    throw new ProblemError('not-entitled', `only ${owner}, or a token of scope admin, can answer for it`);
  }
}
