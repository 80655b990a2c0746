/** A certificate for this machine, because the socket to a real model is `wss` and what that costs differs. */
import { join } from 'node:path'
import { run } from '../runtimes.ts'

/** Three files: the server needs the first two, its clients trust the last. */
export type Certificate = Readonly<
  { keyFile: string; certificateFile: string; authorityFile: string }
>

/** Makes one for 127.0.0.1 in a folder, by `openssl`. */
export const makeCertificate = async (folder: string): Promise<Certificate> => {
  const file = (name: string) => join(folder, name)
  const make = (name: string, ...more: string[]) =>
    run([
      ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      ...['-nodes', '-days', '2', '-subj', `/CN=${name}`],
      ...['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), ...more],
    ])
  await make('authority')
  // Deno does not take an authority for a server, so one certificate would not do.
  await make(
    'server',
    ...['-CA', file('authority.pem'), '-CAkey', file('authority.key')],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE'],
  )
  return {
    keyFile: file('server.key'),
    certificateFile: file('server.pem'),
    authorityFile: file('authority.pem'),
  }
}
