import { implementRead, StepFailure, type CallContext } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { ConfigurationSource } from '../contract/configuration.ts';
import { truncation } from '../truncated.ts';
import { findWorkload } from '../workloads/read-workload.ts';
import { absentSource, describeConfigMap, describeSecret } from './describe-source.ts';
import { referencesOf } from './references.ts';

const SHOWN = 30;

export const configurationOf = ({ api }: KubernetesClient) => {
  return implementRead(kubernetes.configurationOf, async (ref, context) => {
    const workload = await findWorkload(api, ref, context);
    if (!workload) return { found: false, references: [], sources: [] };
    const references = referencesOf(workload.object.spec?.template);
    const named = new Map(references.map(({ kind, name }) => [`${kind}/${name}`, { kind, name }]));
    const looked = [...named.values()].slice(0, SHOWN);
    const sources = await Promise.all(
      looked.map(async (source) => {
        try {
          return (await look(ref.namespace, source, context)) ?? absentSource(source, 'missing');
        } catch (error) {
          if (error instanceof StepFailure && error.kind === 'refused')
            return absentSource(source, 'not-seen');
          throw error;
        }
      }),
    );
    return {
      found: true,
      references,
      sources,
      ...truncation({ kept: looked.length, of: named.size, what: 'ConfigMaps and Secrets' }),
    };
  });

  async function look(
    namespace: string,
    { kind, name }: Pick<ConfigurationSource, 'kind' | 'name'>,
    context: CallContext,
  ): Promise<ConfigurationSource | undefined> {
    if (kind === 'ConfigMap') {
      const map = await api.find('configmaps', { namespace, name }, context);
      return map && describeConfigMap(map);
    }
    const fieldSelector = `metadata.name=${name}`;
    const [secret] = (await api.listMetadata('secrets', { namespace, fieldSelector }, context)).items;
    return secret && describeSecret(secret);
  }
};
