import { everyCrashOf } from './crash/every-crash.ts';
import { Crash } from './crash/crash.ts';
import { loadCatalogue, openHouse, type Catalogue, type House } from './house.ts';
import { Stage } from './stage.ts';

/** A runbook's test: scripts steps and people, plays the runbook, and says what must be true of the run. */
export type Scenario = (stage: Stage) => void | Promise<void>;

export interface RunbookTests {
  /** Plays a scenario: `test('a title', play(async (stage) => { ... }))`. */
  readonly play: (scenario: Scenario) => () => Promise<void>;
  /**
   * Plays a scenario once without, and then once for every point at which a worker can die. Each time all that the
   * scenario says must hold, and the same changes be made in the same order, none of them twice.
   */
  readonly everyCrash: (scenario: Scenario) => () => Promise<void>;
}

const LIMIT_MS = 180_000;

interface Hooks {
  readonly beforeAll?: (hook: () => Promise<void>, limitMs: number) => void;
  readonly afterAll?: (hook: () => Promise<void>, limitMs: number) => void;
}

/**
 * For one file of jest tests. `address` is that of a module whose default export is the runbook, or a list of
 * runbooks: `new URL('../runbooks/index.ts', import.meta.url)`. Starts what the file needs before its first test and
 * ends it after the last.
 */
export function runbookTests(address: URL): RunbookTests {
  const { beforeAll, afterAll } = globalThis as Hooks;
  if (!beforeAll || !afterAll)
    throw new Error('runbookTests() belongs at the top of a jest test file, with injectGlobals left on');
  let catalogue: Catalogue | undefined;
  let house: House | undefined;
  const open = async () => (house ??= await openHouse((catalogue ??= await loadCatalogue(address))));
  const close = async () => {
    const closing = house;
    house = undefined;
    await closing?.close();
  };
  beforeAll(async () => void (await open()), LIMIT_MS);
  afterAll(close, LIMIT_MS);

  const playWith = async (scenario: Scenario, crash: Crash) => {
    const stage = new Stage(await open(), crash);
    try {
      await scenario(stage);
      return stage.effects();
    } finally {
      await stage.close();
      if (stage.brokenOff) await close();
    }
  };
  return {
    play: (scenario) => async () => void (await playWith(scenario, new Crash())),
    everyCrash: (scenario) => () => everyCrashOf((crash) => playWith(scenario, crash)),
  };
}
