/**
 * Server-side apply under nightshift's own field manager. What a person approves is the difference that the server's dry
 * run shows; the write happens only while a new dry run shows the same one, at the version that it was made from.
 */
import { hashOf, implementChange, StepFailure, type DiffEntry, type Undo } from '../../kit/index.ts';
import { diffOfValues } from '../changes/change-values.ts';
import { assertForTheRecord, forTheRecord, secretIn } from '../changes/for-the-record.ts';
import { semanticDiff } from '../changes/semantic-diff.ts';
import { uncontended } from '../changes/uncontended.ts';
import { FIELD_CONFLICT } from '../client/failure.ts';
import type { Limits } from '../client/http.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Json } from '../contract/json-path.ts';
import { CREATED_BY, type AnyObject } from '../contract/objects.ts';
import { mayBeReverted } from '../workloads/deployed-by.ts';
import { takesAlong } from './delete-object.ts';
import { fieldOf, leavesOf, patchBetween, valuesAt } from './merge-patch.ts';
import { calledObject, resolve, whereOf, type AnyRaw } from './resolve.ts';
import { templateWords } from './template-words.ts';

type Fields = { [field: string]: Json };
interface Wanted {
  readonly object: AnyObject;
  readonly manifest: Fields;
  readonly force: boolean;
}
/** What is made carries the operation that made it: its undo deletes nothing else. */
type Operating = Limits & { readonly operation: string };
interface Compared {
  readonly before: AnyRaw | undefined;
  readonly after: AnyRaw;
  readonly diff: DiffEntry[];
}

export const applyObject = ({ api }: KubernetesClient) => {
  return implementChange(kubernetes.applyObject, {
    async plan(input, context) {
      const called = calledObject(input.object);
      assertForTheRecord(called, input.manifest);
      const { before, after, diff } = await compare(input, context);
      const takenOver = input.force ? await owners(input, context) : [];
      const [from, to] = [ownFields(before), ownFields(after)];
      const restore = before ? ((patchBetween(to, from) ?? {}) as Fields) : null;
      const hidden = secretIn(restore) !== undefined;
      const pointers =
        hidden || restore === null ? [] : Object.keys(leavesOf(restore)).filter((p) => p !== '');
      const uid = before?.metadata?.uid ?? null;
      return {
        diff: diff.map(forTheRecord),
        // Of the values as they are: another secret than the one that was seen is another difference.
        preconditions: { uid, differences: hashOf(diff) },
        preimage: {
          uid,
          restore: hidden ? null : restore,
          present: valuesAt(before, pointers),
          written: valuesAt(after, pointers),
        },
        dryRun: 'server',
        warnings: [
          ...(diff.length === 0 ? [`${called} is so already: nothing changes`] : []),
          ...(before ? [] : [`${called} is made anew`]),
          ...takenOver,
          ...(hidden ? ['What it changes looks like a secret, so that it cannot be undone from here'] : []),
          ...templateWords(diff),
          ...(before ? mayBeReverted(before) : []),
        ],
      };
    },

    apply: (input, expected, context) =>
      uncontended(context, async () => {
        const { before, diff } = await compare(input, context);
        assertSame(input, before, expected.uid);
        if (before && diff.length === 0) {
          return { outcome: 'already-satisfied' as const, output: outputOf(before, false) };
        }
        if (hashOf(diff) !== expected.differences) throw changed(input);
        const written = await write(input, { before, dryRun: false, force: input.force }, context);
        return { outcome: 'applied' as const, output: outputOf(written, !before) };
      }),

    async probe(input, expected, context) {
      if (expected.uid === null) {
        const now = await find(input, context);
        if (now?.metadata?.annotations?.[CREATED_BY] === context.operation) {
          return { state: 'applied', output: outputOf(now, true) };
        }
      }
      const { before, diff } = await compare(input, context);
      if (before && diff.length === 0 && (expected.uid ?? before.metadata?.uid) === before.metadata?.uid) {
        return { state: 'applied', output: outputOf(before, expected.uid === null) };
      }
      if ((before?.metadata?.uid ?? null) !== expected.uid || hashOf(diff) === expected.differences) {
        return { state: 'not-applied' };
      }
      const reason = `${calledObject(input.object)} is neither as it was nor as wanted: somebody changed it since`;
      return { state: 'unknown', reason };
    },

    undo({ uid, restore, present, written }, { input: { object }, operation }): Undo | undefined {
      if (uid === null) {
        // Others may have put things into it since.
        if (takesAlong(object)) return undefined;
        return {
          change: kubernetes.deleteObject({ object, createdBy: operation }),
          preconditions: { uid: null, createdBy: operation },
          diff: [{ path: calledObject(object), before: { createdBy: operation }, after: null }],
        };
      }
      if (restore === null || Object.keys(present).length === 0) return undefined;
      const change = kubernetes.patchObject.contract.input.safeParse({ object, patch: restore });
      if (!change.success) return undefined;
      return {
        change: kubernetes.patchObject(change.data),
        preconditions: { uid, present: written, written: present },
        diff: diffOfValues(written, present, fieldOf),
      };
    },
  });

  async function compare(input: Wanted, limits: Operating): Promise<Compared> {
    return uncontended(limits, async () => {
      const before = await find(input, limits);
      const after = await write(input, { before, dryRun: true, force: input.force }, limits);
      const diff = before
        ? semanticDiff(before, after)
        : [{ path: calledObject(input.object), before: null, after: input.manifest }];
      return { before, after, diff };
    });
  }

  async function find(input: Wanted, limits: Limits): Promise<AnyRaw | undefined> {
    const { resource } = await resolved(input, limits);
    return (await api.find(resource, whereOf(input.object), limits)) as AnyRaw | undefined;
  }

  async function resolved({ object, manifest }: Wanted, limits: Limits) {
    const version = typeof manifest['apiVersion'] === 'string' ? manifest['apiVersion'] : undefined;
    const found = await resolve(api, object, { version: version?.split('/').at(-1) }, limits);
    const said = { apiVersion: version ?? found.apiVersion, kind: manifest['kind'] ?? found.kind };
    if (said.apiVersion !== found.apiVersion || said.kind !== found.kind) {
      throw new StepFailure(
        'invalid',
        `The manifest is of ${said.apiVersion} ${JSON.stringify(said.kind)}, and ${calledObject(object)} is of ${found.apiVersion} ${found.kind}`,
      );
    }
    return found;
  }

  async function write(
    input: Wanted,
    o: { readonly before: AnyRaw | undefined; readonly dryRun: boolean; readonly force: boolean },
    limits: Operating,
  ): Promise<AnyRaw> {
    const { resource, apiVersion, kind } = await resolved(input, limits);
    const { namespace, name } = input.object;
    const metadata = (input.manifest['metadata'] ?? {}) as Fields;
    const by = o.before ? o.before.metadata?.annotations?.[CREATED_BY] : limits.operation;
    const guard = { uid: o.before?.metadata?.uid, resourceVersion: o.before?.metadata?.resourceVersion };
    const annotations = {
      ...(metadata['annotations'] as Fields | undefined),
      ...(by && { [CREATED_BY]: by }),
    };
    const object = {
      ...input.manifest,
      apiVersion,
      kind,
      metadata: {
        ...metadata,
        ...(Object.keys(annotations).length > 0 && { annotations }),
        name,
        ...(namespace && { namespace }),
        ...guard,
      },
    };
    return (await api.apply(
      resource,
      { namespace, name, object, force: o.force, dryRun: o.dryRun },
      limits,
    )) as AnyRaw;
  }

  /** Whose fields a forced apply takes over, as the server names them without force. */
  async function owners(input: Wanted, limits: Operating): Promise<string[]> {
    try {
      await compare({ ...input, force: false }, limits);
      return [];
    } catch (error) {
      if (!(error instanceof StepFailure) || error.facts['cause'] !== FIELD_CONFLICT) throw error;
      return [`It takes over fields that others set: ${String(error.facts['said'])}`];
    }
  }
};

function assertSame({ object }: Wanted, before: AnyRaw | undefined, uid: string | null): void {
  const found = before?.metadata?.uid ?? null;
  if (found === uid) return;
  const called = calledObject(object);
  const what =
    found === null
      ? 'is gone'
      : uid === null
        ? 'was made by somebody since this was planned'
        : 'was replaced';
  throw new StepFailure('conflict', `${called} ${what}`, { next: 'Look at it; the plan is made again.' });
}

const changed = ({ object }: Wanted) =>
  new StepFailure('conflict', `${calledObject(object)} would change in another way than was approved`, {
    next: 'Somebody changed it since this was planned; the plan is made again and shows the difference.',
  });

const outputOf = ({ metadata }: AnyRaw, created: boolean) => ({
  uid: metadata?.uid ?? '',
  generation: metadata?.generation ?? null,
  created,
});

/** The fields that people write: of the metadata, labels and annotations. */
function ownFields(object: AnyRaw | undefined): Fields {
  const { metadata, status: _, ...rest } = (object ?? {}) as unknown as Fields;
  const { labels, annotations } = (metadata ?? {}) as Fields;
  const kept = { ...(labels && { labels }), ...(annotations && { annotations }) };
  return { ...rest, ...(Object.keys(kept).length > 0 && { metadata: kept }) };
}
