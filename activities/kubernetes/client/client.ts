/**
 * The API server as the steps see it: objects as they come over the wire, one shared pool of connections, a limit of
 * time and size on every call, and failures that are sorted already. Sent again is only what the server put off (429), and
 * once what it did not take the credentials of (401).
 *
 * The library's generated API is not used for objects: it drops fields that it does not know, and turns times into
 * dates. Its kubeconfig (certificates, tokens, exec plugins, proxies) and its exec are.
 */
import type { KubeConfig } from '@kubernetes/client-node';
import { loadCredentials, type Kubeconfig } from './credentials.ts';
import { hasStatus } from './failure.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import { createHttp, type Limits, type Query, type Where } from './http.ts';
import { createKubelets } from './kubelet.ts';
import type { MetadataOnly, ObjectOf, Resource } from './raw.ts';

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Stop reading after this many; 5,000 when left out. */
  readonly atMost?: number;
}

export interface Listed<T> {
  readonly items: T[];
  /** True when the server has more than was read. */
  readonly more: boolean;
}

export interface WriteOptions {
  /** Say what would happen; write nothing. */
  readonly dryRun?: boolean;
}

const PAGE = 500;
const ACCESS_REVIEWS = { groupVersion: 'apis/authorization.k8s.io/v1', plural: 'selfsubjectaccessreviews' };
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

export interface ClientOptions {
  readonly kubeconfig: Kubeconfig;
  /** The kubeconfig's current context when left out. */
  readonly context?: string | undefined;
  /** The limit of one request in milliseconds; a call's own deadline can only shorten it. */
  readonly requestTimeoutMs: number;
}

export type ApiClient = ReturnType<typeof createApiClient>;

export function createApiClient(options: ClientOptions) {
  const credentials = loadCredentials(options);
  const http = createHttp(credentials, options);

  async function pages<T>(
    resource: Resource,
    list: ListOptions,
    limits: Limits,
    accept?: string,
  ): Promise<Listed<T>> {
    const atMost = list.atMost ?? 5_000;
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page: { items?: T[]; metadata?: { continue?: string } } = await http.json(
        {
          verb: 'list',
          resource,
          method: 'GET',
          namespace: list.namespace,
          query: {
            limit: Math.min(PAGE, atMost - items.length),
            labelSelector: list.labelSelector,
            fieldSelector: list.fieldSelector,
            continue: next,
          },
          ...(accept && { accept }),
        },
        limits,
      );
      // Not by spreading: a server that does not page sends more than a call takes arguments.
      for (const item of Array.isArray(page.items) ? page.items : []) items.push(item);
      next = page.metadata?.continue || undefined;
    } while (next !== undefined && items.length < atMost);
    return { items, more: next !== undefined };
  }

  /** What is thrown for a thing that is not there, as undefined. */
  async function orNothing<T>(asking: Promise<T>): Promise<T | undefined> {
    try {
      return await asking;
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  const get = <R extends Resource>(resource: R, where: Where, limits: Limits) =>
    http.json<ObjectOf<R>>({ verb: 'get', resource, method: 'GET', ...where }, limits);

  return {
    server: http.server,
    kubeConfig: credentials.config satisfies KubeConfig,
    requestTimeoutMs: options.requestTimeoutMs,
    close: () => credentials.close(),

    /** What the library itself will show is good from here. The answer says, after a 401, whether others may do better. */
    showing: async (): Promise<() => boolean> => {
      const authorised = await credentials.authorise();
      return () => credentials.refused(authorised);
    },

    /** A page of a node's kubelet, as text. */
    kubelet: createKubelets(credentials, options),

    /** One object. `invalid` when it does not exist. */
    get,

    /** One object, or undefined when it does not exist. */
    find: <R extends Resource>(resource: R, where: Where, limits: Limits): Promise<ObjectOf<R> | undefined> =>
      orNothing(get(resource, where, limits)),

    /** The metadata of one object, or undefined when it does not exist. */
    findMetadata: (resource: Resource, where: Where, limits: Limits): Promise<MetadataOnly | undefined> =>
      orNothing(
        http.json<MetadataOnly>({ verb: 'get', resource, method: 'GET', ...where, accept: METADATA }, limits),
      ),

    /** Objects, page by page. */
    list: <R extends Resource>(resource: R, list: ListOptions, limits: Limits) =>
      pages<ObjectOf<R>>(resource, list, limits),

    /** Whether this account may do that (a SelfSubjectAccessReview). */
    may: async (
      access: {
        readonly verb: string;
        readonly group: string;
        readonly resource: string;
        readonly namespace?: string;
        readonly name?: string;
      },
      limits: Limits,
    ): Promise<boolean> => {
      const { resource: whole, ...rest } = access;
      const [resource, subresource] = whole.split('/');
      const answer = await http.json<{ status?: { allowed?: boolean } }>(
        {
          verb: 'create',
          resource: ACCESS_REVIEWS,
          method: 'POST',
          changesNothing: true,
          body: {
            type: 'application/json',
            value: {
              apiVersion: 'authorization.k8s.io/v1',
              kind: 'SelfSubjectAccessReview',
              spec: { resourceAttributes: { ...rest, resource, subresource } },
            },
          },
        },
        limits,
      );
      return answer.status?.allowed === true;
    },

    /** Only the metadata of objects: of a Secret, nothing else ever leaves the server. */
    listMetadata: (resource: Resource, list: ListOptions, limits: Limits) =>
      pages<MetadataOnly>(resource, list, limits, METADATA_LIST),

    /** At which version a list of these objects is now. */
    versionOf: async (resource: Resource, list: ListOptions, limits: Limits): Promise<string> => {
      const { labelSelector, fieldSelector, namespace } = list;
      const page = await http.json<{ metadata?: { resourceVersion?: string } }>(
        {
          ...{ verb: 'list', resource, method: 'GET' as const, namespace, accept: METADATA_LIST },
          query: { limit: 1, labelSelector, fieldSelector },
        },
        limits,
      );
      return page.metadata?.resourceVersion ?? '';
    },

    /** What happens to these objects after that version (a watch with bookmarks), of each only the metadata, as bytes. */
    watch: (
      resource: Resource,
      { from, ...list }: ListOptions & { readonly from: string },
      limits: { readonly signal: AbortSignal; readonly silenceMs: number },
    ) => {
      const { labelSelector, fieldSelector, namespace } = list;
      const following = { watch: true, allowWatchBookmarks: true, resourceVersion: from };
      return http.stream(
        {
          ...{ verb: 'watch', resource, method: 'GET' as const, namespace, accept: METADATA },
          query: { labelSelector, fieldSelector, ...following },
        },
        limits,
      );
    },

    /** A container's log as text, at most `maxBytes`. */
    log: (where: { namespace: string; name: string }, query: Query, limits: Limits, maxBytes: number) =>
      http.text(
        {
          verb: 'get',
          resource: 'pods',
          subresource: 'log',
          method: 'GET',
          ...where,
          query,
          accept: '*/*',
          maxBytes,
        },
        limits,
      ),

    create: <R extends Resource>(
      resource: R,
      { namespace, object, dryRun }: { namespace?: string; object: unknown } & WriteOptions,
      limits: Limits,
    ) =>
      http.json<ObjectOf<R>>(
        {
          verb: 'create',
          resource,
          method: 'POST',
          namespace,
          query: { fieldManager: FIELD_MANAGER, ...dry(dryRun) },
          body: { type: 'application/json', value: object },
          dryRun,
        },
        limits,
      ),

    patch: <R extends Resource>(
      resource: R,
      {
        patch,
        type,
        dryRun,
        ...where
      }: Where & {
        patch: unknown;
        type: 'merge-patch' | 'json-patch' | 'strategic-merge-patch';
      } & WriteOptions,
      limits: Limits,
    ) =>
      http.json<ObjectOf<R>>(
        {
          verb: 'patch',
          resource,
          method: 'PATCH',
          ...where,
          query: { fieldManager: FIELD_MANAGER, ...dry(dryRun) },
          body: { type: `application/${type}+json`, value: patch },
          dryRun,
        },
        limits,
      ),

    /** Server-side apply; a `conflict` with fact `cause` FieldManagerConflict names the managers of fields that it would change. */
    apply: <R extends Resource>(
      resource: R,
      { object, force, dryRun, ...where }: Where & { object: unknown; force: boolean } & WriteOptions,
      limits: Limits,
    ) =>
      http.json<ObjectOf<R>>(
        {
          verb: 'patch',
          resource,
          method: 'PATCH',
          ...where,
          query: { fieldManager: FIELD_MANAGER, force, ...dry(dryRun) },
          // JSON is YAML, and an older server knows no other name for it.
          body: { type: 'application/apply-patch+yaml', value: object },
          dryRun,
        },
        limits,
      ),

    /** Asks for the eviction of exactly this pod, within its disruption budget (`refused`, fact `cause` DisruptionBudget, where that says no). */
    evict: async (
      {
        namespace,
        name,
        uid,
        dryRun,
      }: { readonly namespace: string; readonly name: string; readonly uid: string } & WriteOptions,
      limits: Limits,
    ): Promise<void> => {
      await http.text(
        {
          verb: 'create',
          resource: 'pods',
          subresource: 'eviction',
          method: 'POST',
          namespace,
          name,
          query: dry(dryRun),
          body: {
            type: 'application/json',
            value: {
              kind: 'Eviction',
              apiVersion: 'policy/v1',
              metadata: { name, namespace },
              deleteOptions: { preconditions: { uid }, ...(dryRun && { dryRun: ['All'] }) },
            },
          },
          dryRun,
        },
        limits,
      );
    },

    /** Deletes an object of exactly this UID (and, where given, exactly this version). */
    remove: async (
      resource: Resource,
      {
        uid,
        resourceVersion,
        gracePeriodSeconds,
        propagationPolicy,
        dryRun,
        ...where
      }: Where & {
        uid: string;
        resourceVersion?: string | undefined;
        gracePeriodSeconds?: number;
        /** Of what it owns; the default is the kind's, which for a `batch/v1` Job leaves its pods. */
        propagationPolicy?: 'Background';
      } & WriteOptions,
      limits: Limits,
    ): Promise<void> => {
      await http.text(
        {
          verb: 'delete',
          resource,
          method: 'DELETE',
          ...where,
          query: dry(dryRun),
          body: {
            type: 'application/json',
            value: {
              kind: 'DeleteOptions',
              apiVersion: 'v1',
              preconditions: { uid, resourceVersion },
              gracePeriodSeconds,
              propagationPolicy,
              // With a body the server does not look at the query: said only there, a dry run deletes for real.
              ...(dryRun && { dryRun: ['All'] }),
            },
          },
          dryRun,
        },
        limits,
      );
    },
  };
}

const dry = (dryRun: boolean | undefined) => (dryRun ? { dryRun: 'All' } : {});
