/** The configuration of docker-compose.yml. Change names, addresses and people; the paths are where compose mounts things. */
export default {
  deployment: 'production',
  stateDir: '/var/lib/nightshift',
  keysDir: '/etc/nightshift/keys',
  temporal: { address: 'temporal:7233', namespace: 'nightshift' },
  database: { url: { file: '/run/secrets/nightshift-database-url' } },
  gateway: { host: '0.0.0.0', port: 7070 },
  cluster: {
    name: 'production',
    read: { kubeconfig: '/etc/nightshift/kubeconfig-read.yaml' },
    change: { kubeconfig: '/etc/nightshift/kubeconfig-change.yaml' },
    probeImage: 'busybox:1.37.0',
    probeNamespace: 'nightshift-probes',
  },
  hosts: {
    user: 'oncall',
    knownHostsFile: '/etc/nightshift/ssh/known_hosts',
    read: { identityFile: '/etc/nightshift/ssh/read' },
    change: { identityFile: '/etc/nightshift/ssh/change' },
  },
  prometheus: { url: 'http://prometheus.example.com:9090' },
  tickets: { folder: '/var/lib/nightshift/tickets' },
  alertSources: { alertmanager: { bearerToken: { file: '/run/secrets/alertmanager-token' } } },
  people: {
    ana: { name: 'Ana', roles: ['payments-oncall', 'platform-oncall'] },
  },
  witness: { file: '/var/lib/nightshift/witness/checkpoints.txt' },
};
