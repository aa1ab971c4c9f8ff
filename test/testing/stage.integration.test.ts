import { test } from '@jest/globals';
import { runbookTests, type Scenario } from '../../testing/index.ts';
import { lamps } from './fixtures/lamps.ts';
import { lightHouse } from './fixtures/runbooks.ts';

const { play, everyCrash } = runbookTests(new URL('fixtures/runbooks.ts', import.meta.url));

const lightsUp: Scenario = async (stage) => {
  const lit = new Set<string>();
  stage
    .answer(lamps.get, ({ name }) => ({ name, on: lit.has(name) }))
    .answer(lamps.shines, ({ name }) => ({ verdict: lit.has(name) ? 'pass' : 'fail', reason: 'looked' }))
    .change(lamps.set, {
      apply: ({ name, on }) => {
        if (on) lit.add(name);
        else lit.delete(name);
        return { name, on };
      },
    });
  stage.person('ana', 'keeper').approves('Light north');
  const run = await stage.run(lightHouse, { name: 'north' });
  run
    .ended('completed')
    .returned({ lit: 'north' })
    .found('north is off')
    .changed('Switch north on', 'Switch spare on', 'Switch spare off')
    .checked('It still shines')
    .left('lamp/north')
    .reminds(/new bulb/, { of: 'keeper', at: 'next working day 09:30' });
  run.proposed('Light north', ['Switch north on', 'Switch spare on']);
};

test('ten steps, a person who approves, a reminder for the next day', play(lightsUp));
test('and whenever a worker dies', everyCrash(lightsUp), 600_000);
