/** Opening hours in words: for the agent, for a caller who is told them, and for whoever looks after the file. */
import { type Hours, openAt, type Opening, type Span } from './hours.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
/** As people read a week: it begins on Monday. */
const FROM_MONDAY = [1, 2, 3, 4, 5, 6, 0]

/** Tells the week in one clause: `Monday to Friday 09:00 to 18:00, closed on Saturday and Sunday`. */
export const describeWeek = ({ week }: Hours): string => {
  const runs = runsOf(week)
  const open = runs.filter(({ text }) => text !== '').map(({ days, text }) => `${days} ${text}`)
  const closed = runs.filter(({ text }) => text === '').map(({ days }) => days)
  if (open.length === 0) return 'closed on all days'
  return [...open, ...(closed.length ? [`closed on ${listed(closed)}`] : [])].join(', ')
}

/** Tells the hours with their holidays and their time zone, in whole sentences. */
export const describeHours = (hours: Hours): string => {
  const holidays = [...hours.holidays].sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, spans]) => `${date} ${spansText(spans) || 'closed'}`)
  return [
    `Opening hours: ${describeWeek(hours)}.`,
    ...(holidays.length ? [`Other hours on these days: ${holidays.join('; ')}.`] : []),
    `All times are those of ${hours.timezone}.`,
  ].join(' ')
}

/** Tells whether it is open and until when: `open until Thursday 26 November 18:00`. */
export const describeOpening = (hours: Hours, wallMs: number): string =>
  openingText(openAt(hours, wallMs), hours.timezone)

/** Tells an opening in words, in a time zone. */
const openingText = ({ isOpen, changesAtMs }: Opening, timezone: string): string => {
  const state = isOpen ? 'open' : 'closed'
  if (changesAtMs === undefined) return `${state}, for a year at least`
  return `${state} until ${moment(changesAtMs, timezone)}`
}

// Put together from its parts, because runtimes differ in commas.
const moment = (ms: number, timeZone: string): string => {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(ms)
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('weekday')} ${part('day')} ${part('month')} ${part('hour')}:${part('minute')}`
}

type Run = Readonly<{ days: string; text: string }>

/** Days that follow each other and have the same hours. */
const runsOf = (week: Hours['week']): readonly Run[] => {
  const runs: { first: number; last: number; length: number; text: string }[] = []
  for (const day of FROM_MONDAY) {
    const text = spansText(week[day])
    const run = runs.at(-1)
    if (run?.text === text) {
      run.last = day
      run.length += 1
    } else runs.push({ first: day, last: day, length: 1, text })
  }
  return runs.map(({ first, last, length, text }) => ({
    days: length === 1
      ? DAYS[first]
      : `${DAYS[first]} ${length === 2 ? 'and' : 'to'} ${DAYS[last]}`,
    text,
  }))
}

const spansText = (spans: readonly Span[]): string =>
  listed(spans.map((span) => isWholeDay(span) ? 'all day' : `${spanText(span)}`))

const isWholeDay = ({ fromMinute, toMinute }: Span): boolean =>
  fromMinute === 0 && toMinute === 1440

const spanText = ({ fromMinute, toMinute }: Span): string =>
  `${clock(fromMinute)} to ${clock(toMinute)}`

const clock = (minute: number): string => `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`

const two = (value: number): string => String(value).padStart(2, '0')

const listed = (words: readonly string[]): string =>
  words.length < 2
    ? words.join()
    : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`
