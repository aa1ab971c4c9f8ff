import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod } from '../pod.ts';
import { rollout } from '../rollout.ts';

const DAY = 86_400;

const scenario: Scenario = async (stage) => {
  const pods = [pod('a'), pod('b')];
  let restarted = false;
  const certificate = (days: number, ago: (seconds: number) => string) => ({
    subject: 'CN=shop',
    issuer: 'CN=ca',
    names: ['shop.example'],
    notBefore: ago(60 * DAY),
    notAfter: ago(-days * DAY - 3_600),
    fingerprint: `of ${days} days`,
  });
  stage
    .answer(kubernetes.listPods, { pods })
    .answer(kubernetes.servedCertificates, (_, { ago }) => ({
      served: pods.map(({ name, uid }) => ({
        address: `${name}:8443`,
        pod: { name, uid },
        certificate: certificate(restarted ? 90 : 3, ago),
      })),
      unapproved: [],
    }))
    .answer(kubernetes.storedCertificate, (_, { ago }) => ({
      state: 'there',
      certificate: certificate(90, ago),
      writtenAt: ago(DAY),
      renewal: null,
    }))
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.rolloutRestart, {
      apply: ({ kind, name }) => {
        restarted = true;
        return { workload: { kind, name, uid: 'd' }, generation: 2, template: 't' };
      },
    });
  stage
    .person('ana', 'platform-oncall')
    .approves('Restart shop so that it serves the certificate of shop-tls');
  const run = await stage.alert({
    alertname: 'CertificateExpiringSoon',
    labels: { namespace: 'shop', service: 'shop', secret: 'shop-tls' },
  });
  run
    .ended('completed')
    .changed('Restart Deployment shop/shop')
    .reminds(/read a renewed certificate by itself/, { of: 'platform-oncall', at: 'next working day 09:30' });
};
export default scenario;
