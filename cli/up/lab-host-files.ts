import { helperFiles, type HelperFile } from '../../activities/hosts/helper/files.ts';

/** The host helper, its sudo rule and its two keys, as the lab puts them on its nodes. */
export const hostFiles = (account: {
  user: string;
  home: string;
  readKey: string;
  changeKey: string;
}): readonly HelperFile[] => helperFiles(account);
