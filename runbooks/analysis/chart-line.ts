/** A kept chart as a line of evidence; none where there is no chart. */
export const chartLine = (chart: { readonly name: string; readonly sha256: string } | undefined): string[] =>
  chart ? [`chart: ${chart.name} (sha256 ${chart.sha256})`] : [];
