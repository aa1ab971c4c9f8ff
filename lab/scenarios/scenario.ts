import type { ClusterApi } from '../control-plane/cluster-api.ts';
import type { LabDetails } from '../details.ts';

/** A small fault of its own in the lab's namespace `shop`, beside the big incident. */
export interface Scenario {
  /** What goes wrong, in a sentence. */
  readonly shows: string;
  /** Makes it happen and returns when it shows. */
  play(of: { readonly api: ClusterApi; readonly details: LabDetails }): Promise<void>;
  /** Takes away what it left outside of `shop`. Does nothing when it was not played. */
  heal?(of: { readonly api: ClusterApi; readonly details: LabDetails }): Promise<void>;
}
