export const PAUSE_IMAGE = 'registry.local/pause:1';
export const BUSYBOX_IMAGE = 'registry.local/busybox:1';
export const PAYMENT_IMAGES = {
  before: 'registry.local/payment-service:1.3.0',
  after: 'registry.local/payment-service:1.4.0',
} as const;
/** Of debug containers; busybox until a scenario brings profilers. */
export const DEBUG_IMAGE = 'registry.local/debug:1';
export const ORDERS_IMAGE = 'registry.local/orders:1';
export const COREDNS_IMAGE = 'registry.local/coredns:1.12.4';
export const KUBE_PROXY_IMAGE = 'registry.local/kube-proxy:1.34.4';
