/** TraceQL (https://grafana.com/docs/tempo/latest/traceql/): the two questions that the steps ask. */

/** Traces with a span of the service that is so tagged; a tag may be an attribute of the span or of its process. */
export const tagged = (service: string, tags: Readonly<Record<string, string>>): string =>
  `{ ${[ofService(service), ...Object.entries(tags).map(([tag, value]) => `${attribute(tag)} = ${quoted(value)}`)].join(' && ')} }`;

/** What others asked of the service: spans of kind server or consumer, with what is told of each. */
export const asked = (service: string): string =>
  `{ ${ofService(service)} && (kind = server || kind = consumer) } | select(name, status, statusMessage)`;

const ofService = (service: string): string => `resource.service.name = ${quoted(service)}`;

/** A name with anything but these has to be quoted. */
const attribute = (name: string): string => (/^[\w.-]+$/.test(name) ? `.${name}` : `.${quoted(name)}`);

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
