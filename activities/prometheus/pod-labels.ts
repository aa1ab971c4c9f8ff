/** Matchers for these pods, as PromQL quotes them. Of an RFC 1123 name only the dot means something to a regular expression. */
export function podLabels({
  namespace,
  pods,
}: {
  readonly namespace: string;
  readonly pods: readonly string[];
}): string {
  const names = pods.map((p) => p.replaceAll('.', String.raw`\.`)).join('|');
  return `namespace=${JSON.stringify(namespace)},pod=~${JSON.stringify(names)}`;
}
