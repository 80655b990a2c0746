/** Whether a value has all that is wanted of it; it may have more. */

/** Groups are compared by the keys that are wanted, lists entry by entry, all else must be equal. */
export const contains = (value: unknown, wanted: unknown): boolean => {
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && value.length === wanted.length &&
      wanted.every((each, at) => contains(value[at], each))
  }
  if (isGroup(wanted)) {
    return isGroup(value) &&
      Object.entries(wanted).every(([key, each]) => contains(value[key], each))
  }
  return Object.is(value, wanted)
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
