export const PAUSE_IMAGE = 'registry.local/pause:1';
export const BUSYBOX_IMAGE = 'registry.local/busybox:1';
export const PAYMENT_IMAGES = {
  before: 'registry.local/payment-service:1.3.0',
  after: 'registry.local/payment-service:1.4.0',
} as const;
export const COREDNS_IMAGE = 'registry.local/coredns:1.12.4';
