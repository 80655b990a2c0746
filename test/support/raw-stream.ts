/** A socket to the service by hand: what an attacker, or a Twilio that behaves oddly, may send. */
import { runtime } from '../../src/runtime/node.ts'
import type { SocketClose } from '../../src/runtime/socket.ts'
import { sign } from '../../src/sim/caller/signature.ts'
import { ACCOUNT, AUTH_TOKEN, type TestService } from './servers.ts'

export type RawStream = Readonly<{
  send: (message: unknown) => void
  sendText: (text: string) => void
  received: readonly string[]
  opened: Promise<boolean>
  closed: Promise<SocketClose>
  close: () => void
}>

/** Offers a call by a signed webhook; gives the status, and where and with which token its stream is awaited. */
export const offerCall = async (
  { url }: Pick<TestService, 'url'>,
  callSid: string,
  fields: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
) => {
  const form = {
    CallSid: callSid,
    AccountSid: ACCOUNT,
    From: '+15550001111',
    To: '+15005550006',
    CallStatus: 'ringing',
    Direction: 'inbound',
    ...fields,
  }
  const response = await fetch(`${url}/twilio/voice`, {
    method: 'POST',
    headers: { 'x-twilio-signature': sign(AUTH_TOKEN, `${url}/twilio/voice`, form), ...headers },
    body: new URLSearchParams(form),
  })
  const document = await response.text()
  return {
    status: response.status,
    document,
    streamUrl: /<Stream url="([^"]*)"/.exec(document)?.[1] ?? '',
    token: /name="token" value="([^"]*)"/.exec(document)?.[1] ?? '',
  }
}

/** Opens a socket; signed, unless another signature or none is given. */
export const openStream = (
  url: string,
  signature: string | null = sign(AUTH_TOKEN, url),
): RawStream => {
  const received: string[] = []
  const opened = Promise.withResolvers<boolean>()
  const closed = Promise.withResolvers<SocketClose>()
  const socket = runtime.connect(url, {
    timeoutMs: 5_000,
    headers: signature === null ? {} : { 'x-twilio-signature': signature },
  }, {
    opened: () => opened.resolve(true),
    message: (text) => received.push(text),
    closed: (close) => {
      opened.resolve(false)
      closed.resolve(close)
    },
  })
  return {
    send: (message) => void socket.send(JSON.stringify(message)),
    sendText: (text) => void socket.send(text),
    received,
    opened: opened.promise,
    closed: closed.promise,
    close: () => socket.close(),
  }
}

/** The first message of a stream with its token. */
export const startMessage = (callSid: string, token: string, accountSid = ACCOUNT) => ({
  event: 'start',
  sequenceNumber: '1',
  streamSid: 'MZ0123456789abcdef0123456789abcdef',
  start: {
    accountSid,
    callSid,
    streamSid: 'MZ0123456789abcdef0123456789abcdef',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { token },
  },
})
