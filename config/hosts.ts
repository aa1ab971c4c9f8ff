/** How hosts are reached over SSH: by what is written here, or by an ssh_config. */
import { z } from 'zod';
import { path, text } from './text.ts';

const HostAccess = z.strictObject(
  {
    /** A private key without a passphrase, or the public half of a key that the agent holds. */
    identityFile: path('an SSH private key').optional(),
    /** The key's certificate where it is not beside it as KEY-cert.pub. */
    certificateFile: path('the certificate of the SSH key').optional(),
    agent: text('the socket of an SSH agent, "SSH_AUTH_SOCK" or "$NAME"').optional(),
  },
  { error: 'write { identityFile: "path" }, { agent: "path of its socket" }, or both' },
);

export const Hosts = z
  .strictObject({
    user: text('the SSH user, like "oncall"').optional(),
    port: z
      .int({ error: 'write a port number' })
      .min(1, { error: 'write a port number from 1' })
      .max(65_535, { error: 'write a port number up to 65535' })
      .optional(),
    knownHostsFile: z
      .union([path('a known_hosts file'), z.array(path('a known_hosts file')).min(1)], {
        error: 'write the path of a known_hosts file, or a list of them',
      })
      .optional(),
    /** Read by OpenSSH's own ssh -G; what is written beside it here wins. */
    sshConfigFile: path('an ssh_config file').optional(),
    read: HostAccess.optional(),
    change: HostAccess.optional(),
    /** Host name to the address to connect to, where the two differ. */
    addresses: z.record(z.string(), text('an address')).default({}),
  })
  .superRefine((hosts, context) => {
    const missing = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (hosts.sshConfigFile === undefined) {
      if (hosts.user === undefined)
        missing('user', 'write the SSH user, like "oncall", or name an sshConfigFile');
      if (hosts.knownHostsFile === undefined)
        missing('knownHostsFile', 'write the path of a known_hosts file, or name an sshConfigFile');
    }
    for (const access of ['read', 'change'] as const) {
      const { identityFile, agent, certificateFile } = hosts[access] ?? {};
      if (hosts.sshConfigFile === undefined && identityFile === undefined && agent === undefined)
        missing(
          access,
          'write { identityFile: "path" }, { agent: "path of its socket" }, or name an sshConfigFile',
        );
      if (certificateFile !== undefined && identityFile === undefined)
        missing(access, 'write the identityFile that the certificateFile is for');
    }
  });
