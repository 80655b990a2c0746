/** The messages of both peers, flat as they come from a network: a text that was put together is a tree until it is read. */

/** How a mark of ours begins. */
export const MARK = '{"event":"mark"'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const flat = (text: string): string => decoder.decode(encoder.encode(text))

/** Base64 of noise. */
export const noise = (bytes: number): string =>
  crypto.getRandomValues(new Uint8Array(bytes)).toBase64()

/** Writes what the two peers of a call say. */
export const textsOf = (number: number) => {
  const streamSid = `MZ${String(number).padStart(32, '0')}`
  let sequence = 1
  return {
    media: (frames: number, payload: string): string =>
      flat(
        `{"event":"media","sequenceNumber":"${++sequence}","streamSid":"${streamSid}",` +
          `"media":{"track":"inbound","chunk":"${frames + 1}","timestamp":"${20 * frames}",` +
          `"payload":"${payload}"}}`,
      ),
    mark: (name: string): string =>
      flat(
        `${MARK},"sequenceNumber":"${++sequence}","streamSid":"${streamSid}",` +
          `"mark":{"name":"${name}"}}`,
      ),
    // The number is in the ids, which come first.
    event: (event: string, round: number): string =>
      flat(event.slice(0, 400).replaceAll('@', `${round}`) + event.slice(400)),
  }
}
