/** What the Temporal client throws, sorted once into what the gateway does about it. */
import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { rethrowKnownErrorTypes } from '@temporalio/client/lib/helpers.js';
import { NamespaceNotFoundError } from '@temporalio/common';

/** gRPC status codes (https://grpc.io/docs/guides/status-codes/). */
const GRPC = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  aborted: 10,
  unavailable: 14,
} as const;

/** Temporal could not be reached, or did not take the call in time: nothing is known to be wrong with the call. */
export class TemporalAway extends Error {
  override readonly name = 'TemporalAway';
}

export type TemporalFailure =
  | { readonly kind: 'away'; readonly error: TemporalAway }
  | { readonly kind: 'no-such-run' | 'already-started' | 'timed-out' }
  | { readonly kind: 'refused'; readonly why: string }
  /** Asking for the same again gets the same answer. */
  | { readonly kind: 'invalid'; readonly why: string }
  | { readonly kind: 'other'; readonly error: unknown };

export function sortTemporalFailure(error: unknown): TemporalFailure {
  const namespace = unknownNamespace(error);
  // Another Temporal than the one that has the runs, or one that is still being set up: nothing is known of any run.
  if (namespace !== undefined) {
    const message = `Temporal has no namespace "${namespace}"; look at temporal.address and temporal.namespace`;
    return { kind: 'away', error: new TemporalAway(message, { cause: error }) };
  }
  if (error instanceof WorkflowNotFoundError) return { kind: 'no-such-run' };
  if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'already-started' };
  if (error instanceof WorkflowUpdateFailedError) return { kind: 'refused', why: deepestMessage(error) };
  const { code, details = '' } = grpcError(error) ?? {};
  if (code === GRPC.notFound) return { kind: 'no-such-run' };
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'timed-out' };
  if (code === GRPC.deadlineExceeded || code === GRPC.cancelled) return { kind: 'timed-out' };
  // A message that is too long for gRPC itself has the code of a server that is short of something.
  if (code === GRPC.invalidArgument || (code === GRPC.resourceExhausted && / larger than max /.test(details)))
    return { kind: 'invalid', why: details };
  if (code === GRPC.unavailable || code === GRPC.resourceExhausted || code === GRPC.aborted) {
    return { kind: 'away', error: new TemporalAway('Temporal does not answer', { cause: error }) };
  }
  return { kind: 'other', error };
}

function unknownNamespace(error: unknown): string | undefined {
  try {
    for (let e = error; e instanceof Error; e = e.cause) {
      if (e instanceof NamespaceNotFoundError) return e.namespace;
      if (isGrpcServiceError(e)) rethrowKnownErrorTypes(e);
    }
  } catch (known) {
    if (known instanceof NamespaceNotFoundError) return known.namespace;
  }
  return undefined;
}

function grpcError(error: unknown): { readonly code: number; readonly details: string } | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if (isGrpcServiceError(e)) return e;
  }
  return undefined;
}

function deepestMessage(error: Error): string {
  let message = error.message;
  for (let e: unknown = error.cause; e instanceof Error; e = e.cause) message = e.message || message;
  return message;
}
