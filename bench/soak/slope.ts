/** How fast something grows, and how sure that is: a straight line through samples by least squares. */

export type Point = Readonly<{ atMs: number; value: number }>

/** What it grows by a minute, give or take `margin` with 95 % confidence if samples were independent. */
export type Slope = Readonly<{ aMinute: number; margin: number }>

const MINUTE_MS = 60_000
/** Student's t for 95 % and some twenty samples. */
const T_95 = 2.1

/** The slope of the line through `points`; NaN for less than three, as two always lie on one. */
export const slopeOf = (points: readonly Point[]): Slope => {
  if (points.length < 3) return { aMinute: NaN, margin: NaN }
  const atMs = mean(points.map((point) => point.atMs))
  const value = mean(points.map((point) => point.value))
  const spread = sum(points.map((point) => (point.atMs - atMs) ** 2))
  const slope = sum(points.map((point) => (point.atMs - atMs) * (point.value - value))) / spread
  const misses = points.map((point) => point.value - value - slope * (point.atMs - atMs))
  const error = Math.sqrt(sum(misses.map((miss) => miss ** 2)) / (points.length - 2) / spread)
  return { aMinute: slope * MINUTE_MS, margin: T_95 * error * MINUTE_MS }
}

/** Whether the values grow beyond doubt; what cannot be told counts as growing. */
export const isGrowing = ({ aMinute, margin }: Slope): boolean => !(aMinute - margin <= 0)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const mean = (values: readonly number[]): number => sum(values) / values.length
