/** The simulated Twilio as a server: what `TWILIO_API_URL` may name instead of the real one. */
import type { Runtime } from '../../runtime/runtime.ts'
import { type AccountOptions, createTwilioAccount, type TwilioAccount } from './account.ts'

export type RunningTwilio = Readonly<{
  /** What `TWILIO_API_URL` is to be. */
  url: string
  account: TwilioAccount
  stop: () => Promise<void>
}>

/** Starts a simulated Twilio on a port (0: any free one). Rejects when the port is taken. */
export const startTwilio = async (
  { runtime, hostname, port, ...options }:
    & AccountOptions
    & Readonly<{ runtime: Pick<Runtime, 'serve'>; hostname: string; port: number }>,
): Promise<RunningTwilio> => {
  const account = createTwilioAccount(options)
  const server = await runtime.serve({ hostname, port, fetch: account.fetch })
  return { url: `http://${hostname}:${server.port}`, account, stop: server.stop }
}
