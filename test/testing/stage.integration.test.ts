import { expect, test } from '@jest/globals';
import { runbookTests, type Scenario, type Stage } from '../../testing/index.ts';
import { lamps } from './fixtures/lamps.ts';
import { lightHouse } from './fixtures/runbooks.ts';

const { play, everyCrash } = runbookTests(new URL('fixtures/runbooks.ts', import.meta.url));

const light = (stage: Stage) => {
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
  return stage.run(lightHouse, { name: 'north' });
};

const lightsUp: Scenario = async (stage) => {
  const run = await light(stage);
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
test(
  'the way that it took can be drawn, as Mermaid and as a picture',
  play(async (stage) => {
    const run = await light(stage);
    expect(run.graph()).toMatch(/^flowchart TD\n {2}n\d+\["read: /);
    expect(run.graph()).toContain('{"question: Light north"}');
    expect(run.graph()).toContain('-->|"approve (ana)"|');
    expect(run.graph()).toContain('[["change: Switch north on"]]');
    expect(run.graph('svg')).toMatch(/^<svg .*<title>The light is out<\/title>.*<\/svg>\n$/s);
  }),
);
test('and whenever a worker dies', everyCrash(lightsUp), 600_000);
