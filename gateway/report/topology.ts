/** What stood where when the run looked, and what of it was broken: services to their pods, on their nodes. */
import { shortened } from '../../activities/kit/index.ts';
import { TOPOLOGY, TopologyFacts, type JournalEntry } from '../../workflows/messages.ts';
import { html, type Html } from './html.ts';
import { clock, section } from './words.ts';

const [SERVICE, NODE] = [
  { x: 62, width: 210, height: 40, gap: 22 },
  { x: 470, width: 400, gap: 16 },
];
const [HEAD, ROW, TOP] = [28, 22, 14];
const LETTERS = { service: 26, node: 44, pod: 48 };
const NOWHERE = 'on no node';

/** As the run last said it; nothing where it did not. */
export function topology(journal: readonly JournalEntry[]): Html | undefined {
  const said = journal.findLast(({ name }) => name === TOPOLOGY);
  const facts = TopologyFacts.safeParse(said?.facts);
  if (!said || !facts.success) return undefined;
  return section(
    'Topology',
    html`<p>${said.text} <span class="soft">${clock(said.at)}</span></p>
      <div class="wide">${picture(facts.data, said.text)}</div>`,
  );
}

function picture({ services, pods, nodes, left, leftBroken }: TopologyFacts, title: string): Html {
  const boxes = services.map((service, i) => ({
    ...{ service, y: TOP + i * (SERVICE.height + SERVICE.gap) },
  }));
  const names = [...new Set([...nodes.map(({ name }) => name), ...pods.map(({ node }) => node ?? NOWHERE)])];
  let bottom = TOP;
  const homes = names.map((name) => {
    const own = pods.filter(({ node }) => (node ?? NOWHERE) === name);
    const y = bottom;
    const height = HEAD + Math.max(1, own.length) * ROW + 6;
    bottom += height + NODE.gap;
    return {
      ...{ name, y, height, broken: nodes.some((node) => node.name === name && node.broken) },
      pods: own.map((pod, i) => ({ ...pod, y: y + HEAD + i * ROW })),
    };
  });
  const height =
    Math.max(bottom, TOP + services.length * (SERVICE.height + SERVICE.gap)) + (left > 0 ? 20 : 0);
  const middle = (name: string) => {
    const box = boxes.find(({ service }) => service.name === name);
    return box && box.y + SERVICE.height / 2;
  };
  const right = SERVICE.x + SERVICE.width;
  return html`<svg viewBox="0 0 ${NODE.x + NODE.width + 10} ${height}" role="img" aria-label="${title}">
    ${homes.flatMap((home) =>
      home.pods.map((pod) => {
        const from = middle(pod.service);
        if (from === undefined) return undefined;
        return html`<line
          class="edge ${pod.broken ? 'broken' : ''}"
          x1="${right}"
          y1="${from}"
          x2="${NODE.x + 12}"
          y2="${pod.y + ROW / 2 - 3}"
        />`;
      }),
    )}
    ${boxes.flatMap(({ service, y }) =>
      service.calls.map((called) => {
        const to = middle(called);
        if (to === undefined) return undefined;
        const [from, side] = [y + SERVICE.height / 2, SERVICE.x - 30];
        return html`<path
            class="edge"
            d="M${SERVICE.x} ${from}C${side} ${from} ${side} ${to} ${SERVICE.x} ${to}"
            stroke-dasharray="5 3"
          /><text class="soft" font-size="12" x="2" y="${(from + to) / 2 + 4}">calls</text>`;
      }),
    )}
    ${homes.map(
      (home) =>
        html`<rect
            class="lane edge ${home.broken ? 'broken' : ''}"
            x="${NODE.x}"
            y="${home.y}"
            width="${NODE.width}"
            height="${home.height}"
            rx="6"
          />${label(home.name, { x: NODE.x + 10, y: home.y + 19, broken: home.broken, letters: LETTERS.node })}
          ${home.pods.map(
            (pod) =>
              html`<circle
                  class="${pod.broken ? 'bad' : 'idle'}"
                  cx="${NODE.x + 18}"
                  cy="${pod.y + ROW / 2 - 3}"
                  r="5"
                />
                ${label(pod.name, { x: NODE.x + 30, y: pod.y + ROW / 2 + 2, broken: pod.broken, letters: LETTERS.pod })}`,
          )}`,
    )}
    ${boxes.map(
      ({ service, y }) =>
        html`<rect
            class="lane edge ${service.broken ? 'broken' : ''}"
            x="${SERVICE.x}"
            y="${y}"
            width="${SERVICE.width}"
            height="${SERVICE.height}"
            rx="6"
          />${label(service.name, { x: SERVICE.x + 10, y: y + 25, broken: service.broken, letters: LETTERS.service })}`,
    )}
    ${left > 0 ? html`<text class="soft" font-size="12" x="${NODE.x}" y="${height - 6}">and ${left} more pods, ${leftBroken || 'none'} of them broken</text>` : undefined}
  </svg>`;
}

/** Broken is said as well as coloured: not everybody sees red. */
function label(
  text: string,
  o: { readonly x: number; readonly y: number; readonly broken: boolean; readonly letters: number },
): Html {
  const shown = shortened(text, o.letters);
  return html`<text font-size="13" x="${o.x}" y="${o.y}" class="${o.broken ? 'bad' : ''}"
    >${o.broken ? '✗ ' : ''}${shown}${shown === text ? undefined : html`<title>${text}</title>`}</text
  >`;
}
