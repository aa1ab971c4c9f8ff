export { ArtefactRef, MAX_ARTEFACT_BYTES, type Artefact } from './artefact.ts';
export { bindCaller, type Caller } from './binding.ts';
export { canonicalJson, hashOf } from './canonical.ts';
export { ClusterName, clusterNamed, onClusters, splitTarget, targetOn } from './clusters.ts';
export {
  change,
  defineSteps,
  read,
  type AnyContract,
  type CallOptions,
  type Change,
  type ChangeContract,
  type Read,
  type ReadContract,
} from './contract.ts';
export { milliseconds, type Duration } from './duration.ts';
export { FAILURE_KINDS, StepFailure, type FailureKind } from './failure.ts';
export {
  implementChange,
  implementRead,
  type Applied,
  type ApplyContext,
  type CallContext,
  type ChangeImplementation,
  type EarlierChange,
  type ImplementedChange,
  type ImplementedRead,
  type ImplementedStep,
  type PlanContext,
  type Planned,
  type PodToTake,
  type Probed,
  type Undo,
} from './implement.ts';
export { escaped } from './markup.ts';
export { isMoment } from './moment.ts';
export {
  isNestedTooDeep,
  isTextNestedTooDeep,
  MAX_NESTING,
  MAX_NESTING_WRAPPED,
  parseJson,
} from './nesting.ts';
export type { Following, Watched } from './following.ts';
export type { AnswerOf, FailedKind, OnFailure, Tried } from './on-failure.ts';
export {
  changeHash,
  DiffEntry,
  operationId,
  PlanDigest,
  planHash,
  PlannedChange,
  PlannedUndo,
  Position,
  type PlanHolds,
} from './planned-change.ts';
export { plainLine, plainText } from './plain-line.ts';
export type { CheckingRead, ProposedChange, ProposedPutBack } from './proposed-change.ts';
export { NAMESPACE_FIELDS, resourceOf, type Rights, type Verb } from './rights.ts';
export { graver, isAtLeast, Risk, RISKS } from './risk.ts';
export { isShare, shareOf, type Share } from './share.ts';
export { shortened } from './shortened.ts';
export { Taken } from './taken.ts';
export { unstorableText } from './unstorable-text.ts';
export { Verdict } from './verdict.ts';
export { Window, windowSeconds } from './window.ts';
