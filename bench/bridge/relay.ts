/**
 * The floor: what has to be done at the very least. The payload is cut out of one text and put into the other; nothing is checked,
 * kept, counted or marked, and nobody could make a phone call with it.
 */

/** One call. Each runtime gives it its two sockets. */
export type Line = Readonly<{
  modelOpened: () => void
  fromCaller: (text: string) => void
  fromModel: (text: string) => void
}>

type Send = (text: string) => void

/** Makes a line between two sockets. */
export const createLine = (toCaller: Send, toModel: Send): Line => {
  let mediaHead = ''
  return {
    modelOpened: () => toModel(SESSION_UPDATE),
    fromCaller: (text) => {
      if (text.startsWith(MEDIA)) return toModel(`${APPEND_HEAD}${cut(text, PAYLOAD)}"}`)
      if (text.startsWith(START)) mediaHead = mediaHeadOf(text)
    },
    fromModel: (text) => {
      if (text.startsWith(DELTA)) toCaller(`${mediaHead}${cut(text, AUDIO)}"}}`)
    },
  }
}

/** Answers the webhook: the stream is to come to this server. */
export const twimlOf = (port: number): string =>
  '<?xml version="1.0" encoding="UTF-8"?><Response><Connect>' +
  `<Stream url="ws://127.0.0.1:${port}/media"><Parameter name="token" value="none"/></Stream>` +
  '</Connect></Response>'

/** Where the session of each call is opened. */
export const sessionUrl = (baseUrl = ''): string =>
  `${baseUrl.replace('http', 'ws')}/realtime?model=bench`

/** Mu-law both ways, so that nothing has to be computed. */
const SESSION_UPDATE =
  '{"type":"session.update","session":{"type":"realtime","audio":{"input":{"format":{"type":"audio/pcmu"}},"output":{"format":{"type":"audio/pcmu"}}}}}'

const START = '{"event":"start"'
const MEDIA = '{"event":"media"'
const PAYLOAD = '"payload":"'
const DELTA = '{"type":"response.output_audio.delta"'
const AUDIO = '"delta":"'
const APPEND_HEAD = '{"type":"input_audio_buffer.append","audio":"'

const cut = (text: string, before: string): string => {
  const start = text.indexOf(before) + before.length
  return text.slice(start, text.indexOf('"', start))
}

const mediaHeadOf = (start: string): string =>
  `{"event":"media","streamSid":"${cut(start, '"streamSid":"')}","media":{"payload":"`
