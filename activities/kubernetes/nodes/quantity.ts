/** Powers of ten; written into the number, so that `700m` is exactly what `0.7` is. */
const DECIMAL: Readonly<Record<string, number>> = {
  ...{ n: -9, u: -6, m: -3, '': 0, k: 3 },
  ...{ M: 6, G: 9, T: 12, P: 15, E: 18 },
};
const BINARY: Readonly<Record<string, number>> = {
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 },
  ...{ Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/**
 * The number that a quantity (`100m`, `64Mi`, `1e3`) stands for; NaN for what is none. The format is that of
 * apimachinery/pkg/api/resource/quantity.go.
 */
export function quantity(text: string | undefined): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text ?? '0');
  if (!match) return NaN;
  const [, digits, exponent, suffix = ''] = match;
  const binary = BINARY[suffix];
  return binary === undefined ? Number(`${digits}e${exponent ?? DECIMAL[suffix]!}`) : Number(digits) * binary;
}
