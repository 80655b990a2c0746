/** What the hours of a customer file must mean, beyond their shape. */
import { list, text } from '../rules/checks.ts'
import type { Finding, KeyPath, Problem } from '../problem.ts'
import type { YamlFile } from '../yaml/yaml-file.ts'
import { isGroup } from '../yaml/yaml-file.ts'
import { checkTimeZone } from './time-zone.ts'
import { isDate, parseDays, parseSpan } from './words.ts'

/** Checks the words in `hours`. */
export const checkHours = (yaml: YamlFile): readonly Problem[] => [
  ...text(yaml, ['hours', 'timezone'], checkTimeZone),
  ...days(yaml),
  ...holidays(yaml),
  ...closed(yaml),
]

const days = (yaml: YamlFile): readonly Problem[] => {
  const open = yaml.at(['hours', 'open'])
  if (!isGroup(open)) return []
  const takenBy = new Map<number, string>()
  return Object.keys(open).flatMap((key) => {
    const path = ['hours', 'open', key]
    const named = parseDays(key)
    if (!named) return [yaml.problem(path, unknownDays(key), 'key'), ...spans(yaml, path)]
    const twice = named.map((day) => takenBy.get(day)).find((other) => other !== undefined)
    for (const day of named) takenBy.set(day, key)
    return [
      ...(twice === undefined ? [] : [yaml.problem(path, dayTwice(key, twice), 'key')]),
      ...spans(yaml, path),
    ]
  })
}

const unknownDays = (key: string): Finding => ({
  code: 'invalid-day',
  message: `"${key}" is neither a weekday nor a range of weekdays`,
  hint: 'write mon, tue, wed, thu, fri, sat or sun, or a range such as mon-fri',
})

const dayTwice = (key: string, other: string): Finding => ({
  code: 'invalid-day',
  message: `${key} has a day in it that ${other} has too`,
  hint: 'name each weekday once; a day may have several spans',
})

const spans = (yaml: YamlFile, path: KeyPath): readonly Problem[] =>
  list(yaml, path).flatMap((text, index) =>
    typeof text !== 'string' || parseSpan(text)
      ? []
      : [yaml.problem([...path, index], invalidSpan(text))]
  )

const invalidSpan = (text: string): Finding => ({
  code: 'invalid-span',
  message: `"${text}" is not a span of time`,
  hint: 'write "09:00-18:00", "22:00-02:00" for one past midnight, "00:00-24:00" for all day',
})

const holidays = (yaml: YamlFile): readonly Problem[] => {
  const dates = list(yaml, ['hours', 'holidays']).map((day) => isGroup(day) ? day.date : undefined)
  return dates.flatMap((date, index) => {
    const path = ['hours', 'holidays', index]
    const finding = typeof date === 'string'
      ? dateFinding(date.trim(), dates.indexOf(date) < index)
      : undefined
    return [
      ...(finding ? [yaml.problem([...path, 'date'], finding)] : []),
      ...spans(yaml, [...path, 'open']),
    ]
  })
}

const dateFinding = (date: string, isRepeated: boolean): Finding | undefined => {
  if (!isDate(date)) {
    return {
      code: 'invalid-date',
      message: `"${date}" is not a day of the calendar`,
      hint: 'write the year, the month and the day: "2026-12-25"',
    }
  }
  if (!isRepeated) return undefined
  return { code: 'invalid-date', message: `${date} is listed twice`, hint: 'keep one of them' }
}

const closed = (yaml: YamlFile): readonly Problem[] => {
  const path = ['hours', 'closed']
  const group = yaml.at(path)
  const ways = ['agent', 'transfer', 'say']
  if (!isGroup(group) || Object.keys(group).some((key) => !ways.includes(key))) return []
  return Object.keys(group).length === 1 ? [] : [yaml.problem(path, ONE_WAY)]
}

const ONE_WAY: Finding = {
  code: 'invalid-value',
  message: 'closed is one of agent, transfer and say',
  hint: 'write closed: { say: We are closed. }',
}
