import type { Layout } from '../layout.ts';
import { startBackground } from '../machine/background.ts';
import { makeCgroup } from '../machine/cgroups.ts';

/** Where it is asked. */
export const jaegerUrl = (layout: Layout): string => `http://${layout.gateway}:16686`;
/** Where spans are sent, as OTLP over HTTP. */
export const otlpUrl = (layout: Layout): string => `http://${layout.gateway}:4318`;

/** Every address that all-in-one opens, and by itself opens on the whole machine. */
const LISTENERS = {
  'query.http-server.host-port': 16686,
  'query.grpc-server.host-port': 16685,
  'collector.otlp.http.host-port': 4318,
  'collector.otlp.grpc.host-port': 4317,
  'collector.http-server.host-port': 14268,
  'collector.grpc-server.host-port': 14250,
  'admin.http.host-port': 14269,
  'http-server.host-port': 5778,
  'processor.jaeger-binary.server-host-port': 6832,
  'processor.jaeger-compact.server-host-port': 6831,
  'processor.zipkin-compact.server-host-port': 5775,
};

/** Starts Jaeger all-in-one; it keeps traces in memory. */
export function startJaeger(layout: Layout, of: { readonly binary: string }): void {
  startBackground({
    part: 'jaeger',
    stateDirectory: layout.stateDirectory,
    cgroups: makeCgroup(layout.machineCgroup),
    argv: [
      of.binary,
      '--log-level=warn',
      ...Object.entries(LISTENERS).map(([flag, port]) => `--${flag}=${layout.gateway}:${port}`),
    ],
    // It would trace itself otherwise, and its own service would stand beside those that are asked about.
    env: { PATH: process.env.PATH, HOME: layout.stateDirectory, OTEL_TRACES_SAMPLER: 'always_off' },
  });
}
