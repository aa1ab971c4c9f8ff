import { implementChange, StepFailure } from '../../kit/index.ts';
import { getThroughPort } from '../client/get-through-port.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { livePod } from '../pods/live-pod.ts';
import { readable } from '../probing/exec-verdict.ts';
import { MOST_READ, withWhole } from './whole-output.ts';

export const portForward = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.portForward, {
    async plan({ pod: { namespace, name, uid }, port, path }, context) {
      const pod = await livePod(api, { namespace, name, uid }, context);
      return {
        diff: [{ path: `pod/${namespace}/${name}`, before: null, after: { gets: path, port } }],
        preconditions: { uid: pod.metadata?.uid ?? '' },
        preimage: {},
        dryRun: 'none',
        warnings: ['The answer becomes a part of the record: ask for nothing that tells secrets'],
      };
    },

    async apply({ pod: ref, port, path, timeoutSeconds, limitBytes }, { uid }, context) {
      const { namespace, name } = ref;
      await livePod(api, { namespace, name, uid }, context);
      const ends = Math.min(context.deadline.getTime(), Date.now() + timeoutSeconds * 1_000);
      const limits = { signal: context.signal, deadline: new Date(ends) };
      try {
        const got = await getThroughPort(
          api,
          { namespace, pod: name, port, path, limitBytes: MOST_READ },
          limits,
        );
        const text = readable(got.body.toString('utf8'));
        const whole = { text, limitBytes, name: `answer-of-${name}-${port}.txt`.slice(-100) };
        const { shown: body, ...more } = await withWhole(whole, context);
        return {
          outcome: 'applied',
          output: {
            verdict: got.status < 400 ? 'pass' : 'fail',
            reason: `port ${port} of ${name} answers ${path} with HTTP ${got.status}`,
            status: got.status,
            contentType: readable(got.contentType),
            body,
            ...more,
          },
        };
      } catch (error) {
        // The pod refused, which is an answer; a 403 of the API server names no port.
        if (!(error instanceof StepFailure) || error.kind !== 'refused' || !('port' in error.facts))
          throw error;
        const nothing = { status: null, contentType: '', body: '' };
        return {
          outcome: 'applied',
          output: { verdict: 'fail', reason: `nothing listens on port ${port} of ${name}`, ...nothing },
        };
      }
    },

    // A GET that was not heard of is made again, which harms nobody.
    probe: async () => ({ state: 'not-applied' }),
  });
