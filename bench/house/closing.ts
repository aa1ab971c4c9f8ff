/** What was opened and has to be ended: newest first, each whatever became of the others. */
export class Closing {
  #close: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.#close.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#close.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        console.error(`not closed cleanly: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
