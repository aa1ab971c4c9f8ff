import { z } from 'zod';

/** A host as the configuration or the cluster names it: a DNS name or an address, never anything a shell could read twice. */
export const HostName = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$/, 'is not a host name or address')
  .describe('host name or address, as in the known hosts file');

/** A systemd unit with its suffix; `kube-proxy` is written `kube-proxy.service`. */
export const UnitName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9:_.@-]{0,200}\.service$/,
    'is not the name of a service, e.g. kube-proxy.service',
  )
  .describe('systemd service, e.g. kube-proxy.service');

/** An IPv4 or IPv6 address or a DNS name to connect to. */
export const Address = z
  .string()
  .regex(/^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$/, 'is not an address or host name');

export const Port = z.number().int().min(1).max(65535);

/** Memory in bytes; `null` is no limit (`infinity`). */
export const Bytes = z.number().int().nonnegative().nullable();

/** A moment in ISO 8601, by the clock of the host unless said otherwise. */
export const Time = z.iso.datetime({ offset: true });

/** `namespace/name` of a Kubernetes Service. */
export const ServiceName = z
  .string()
  .regex(/^[a-z0-9-]{1,63}\/[a-z0-9.-]{1,253}$/, 'is not a Service; write it as namespace/name');
