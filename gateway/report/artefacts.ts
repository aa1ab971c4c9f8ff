import { html, type Html } from './html.ts';
import type { IncidentStory } from './incident-story.ts';
import { section } from './words.ts';

type Kept = IncidentStory['artefacts'];

/** Pictures that were kept. As the content of an image nothing in them is run or loaded. */
export function charts(kept: Kept): Html | undefined {
  const pictures = kept.filter(({ mediaType, content }) => mediaType === 'image/svg+xml' && content);
  if (pictures.length === 0) return undefined;
  return section(
    'Charts',
    pictures.map(
      ({ name, content }) =>
        html`<figure>
          <img alt="${name}" src="data:image/svg+xml;base64,${Buffer.from(content!).toString('base64')}" />
          <figcaption>${name}</figcaption>
        </figure>`,
    ),
  );
}

/** Everything that was kept, with the hash to check it by; short text is shown. */
export function artefacts(kept: Kept): Html {
  if (kept.length === 0) return section('Artefacts', html`<p>Nothing was kept beside the record.</p>`);
  return section(
    'Artefacts',
    html`<ul>
      ${kept.map(
        ({ name, bytes, sha256, mediaType, content }) =>
          html`<li>
            ${name}, ${bytes} bytes, ${mediaType}<br /><small class="soft"
              >SHA-256 <code>${sha256}</code></small
            >${
              content && mediaType !== 'image/svg+xml'
                ? html`<details>
                    <summary>show</summary>
                    <pre class="long">${Buffer.from(content).toString('utf8')}</pre>
                  </details>`
                : undefined
            }
          </li>`,
      )}
    </ul>`,
  );
}
