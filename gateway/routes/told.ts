import { randomUUID } from 'node:crypto';
import type { Config } from '../../config/index.ts';
import type { TellingLedger } from '../../ledger/telling.ts';
import { listTold, tellChannel } from '../api/told.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';
import { Telling } from '../telling/telling.ts';

export interface ToldDeps {
  readonly ledger: Pick<TellingLedger, 'messages' | 'addMessage'>;
  readonly config: Pick<Config, 'telling' | 'deployment'>;
}

export function serveTold(serve: Serve, { ledger, config: { telling, deployment } }: ToldDeps): void {
  serve(listTold, async ({ query }) => ({
    told: (await ledger.messages(query)).map(({ kind, message, place: _, ...row }) => ({
      ...row,
      event: kind,
      title: Telling.safeParse(message).data?.title ?? '',
    })),
  }));

  serve(tellChannel, async ({ params: { channel }, caller: { person } }) => {
    const names = Object.keys(telling?.channels ?? {});
    if (!names.includes(channel))
      throw new ProblemError(
        'not-found',
        names.length === 0
          ? 'the configuration has no channels; add them to telling.channels'
          : `there is no channel "${channel}"; there are: ${names.join(', ')}`,
      );
    const id = `${deployment}-test-${randomUUID()}`;
    const message: Telling = {
      ...{ event: 'test', deployment, at: new Date().toISOString(), asks: [], commands: ['nightshift told'] },
      title: 'This is a test of nightshift',
      lines: [`${person} wants to know whether this arrives.`],
    };
    await ledger.addMessage({ id, channel, workflowId: '', kind: 'test', message });
    return { id };
  });
}
