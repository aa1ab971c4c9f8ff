const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * The number that a quantity (`100m`, `64Mi`, `1e3`) stands for; NaN for what is none. The format is that of
 * apimachinery/pkg/api/resource/quantity.go.
 */
export function quantity(text: string | undefined): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text ?? '0');
  if (!match) return NaN;
  const [, digits, exponent, suffix = ''] = match;
  return exponent === undefined ? Number(digits) * SUFFIX[suffix]! : Number(`${digits}e${exponent}`);
}
