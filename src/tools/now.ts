/** The built-in tool `now`: a model knows neither the date nor the time, and guesses both. */
import type { Tool } from './tool.ts'

/** The hours of a customer, as far as this tool needs them. */
export type OpeningHours = Readonly<{
  /** IANA name: `Europe/Lisbon`. */
  timezone: string
  /** Whether they are open at a moment, in ms since 1970; absent when the file has no hours. */
  isOpen?: (atMs: number) => boolean
}>

/** Makes the tool. `wallMs` gives ms since 1970. */
export const createNow = ({ timezone, isOpen }: OpeningHours, wallMs: () => number): Tool => ({
  name: 'now',
  description: 'Tells the date, the weekday and the time of day' +
    `${
      isOpen ? ', and whether we are open' : ''
    }. Use it before you say or reckon with any of them.`,
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  timeoutMs: 1_000,
  run: () => Promise.resolve(sayNow(wallMs(), timezone, isOpen)),
})

/** Writes a moment in words: `Wednesday, 25 November 2026, 21:58 (Europe/Lisbon, 2026-11-25). We are open.` */
const sayNow = (atMs: number, timezone: string, isOpen: OpeningHours['isOpen']): string => {
  const parts = new Map(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(atMs).map(({ type, value }) => [type, value]),
  )
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  // The only way to the number of the month that all three runtimes agree on.
  const iso = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(atMs)
  const time = `${get('weekday')}, ${get('day')} ${get('month')} ${get('year')}, ` +
    `${get('hour')}:${get('minute')} (${timezone}, ${iso}).`
  return isOpen ? `${time} We are ${isOpen(atMs) ? 'open' : 'closed'}.` : time
}
