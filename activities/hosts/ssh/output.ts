/** What a command has said so far, within limits. */

export interface OutputLimits {
  readonly maxBytes: number;
  readonly maxLines?: number | undefined;
}

/** Which limit was reached. */
export type Cut = 'bytes' | 'lines';

export class Output {
  readonly #limits: OutputLimits;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #lines = 0;
  #cut: Cut | undefined;

  constructor(limits: OutputLimits) {
    this.#limits = limits;
  }

  /** Nothing while all of it was kept. */
  get cut(): Cut | undefined {
    return this.#cut;
  }

  /** Keeps as much of it as the limits allow, and nothing of what comes after. */
  add(chunk: Buffer): void {
    if (this.#cut || chunk.length === 0) return;
    const { maxBytes, maxLines = Infinity } = this.#limits;
    const room = Math.min(chunk.length, maxBytes - this.#bytes);
    const end = this.#lines >= maxLines ? 0 : this.#endOfLines(chunk, maxLines);
    const kept = chunk.subarray(0, Math.min(room, end));
    if (end < room) this.#cut = 'lines';
    else if (room < chunk.length) this.#cut = 'bytes';
    this.#chunks.push(kept);
    this.#bytes += kept.length;
  }

  /** Behind the last line that still counts, or the chunk's end. */
  #endOfLines(chunk: Buffer, maxLines: number): number {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
      if (++this.#lines === maxLines) return at + 1;
    }
    return chunk.length;
  }

  /** Decoded at once, so that no character is torn between two chunks; one that the limit tore is left away. */
  text(): string {
    const bytes = Buffer.concat(this.#chunks);
    return (this.#cut === 'bytes' ? bytes.subarray(0, wholeCharacters(bytes)) : bytes).toString('utf8');
  }
}

/** How many bytes at the start are whole characters, when the rest may be the beginning of one. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
