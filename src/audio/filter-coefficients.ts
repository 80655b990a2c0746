/**
 * The one low-pass of both resamplers: 95 taps at 24 kHz, linear phase, cut at 4 kHz.
 *
 * An equiripple third-band (Nyquist) design: 0.003 dB of ripple up to 3.4 kHz, -3 dB at 3.88 kHz,
 * -82 dB from 4.6 kHz. Third-band means that every third tap is zero but the centre, which is 1/3:
 * one sample of three needs no arithmetic on the way up, and a third of the products falls away on
 * the way down. A sharper one would only add delay: mu-law's own noise is at -38 dB.
 */

/** How many taps the filter has. */
export const TAP_COUNT = 95

/** Samples at 24 kHz by which a signal comes out later than it went in, at any frequency. */
export const GROUP_DELAY = 47

/**
 * The taps before the centre, without the zeros: row j holds h[3j] and h[3j+1]. The others follow:
 * h[3j+2] = 0 but h[47] = 1/3, and h[94-k] = h[k].
 */
export const TAP_PAIRS: readonly (readonly [number, number])[] = [
  [-0.0000973683, -0.0001014597],
  [0.0001702937, 0.0002174197],
  [-0.0003412232, -0.0004202546],
  [0.0006193542, 0.0007424567],
  [-0.0010441716, -0.0012265005],
  [0.001664329, 0.0019243716],
  [-0.0025393471, -0.0028999843],
  [0.0037438774, 0.0042346941],
  [-0.0053766092, -0.006038631],
  [0.0075790556, 0.0084750003],
  [-0.0105766219, -0.0118140132],
  [0.0147747153, 0.016563916],
  [-0.021014957, -0.0238404722],
  [0.0314096116, 0.036688122],
  [-0.0531805311, -0.0673453651],
  [0.1370409155, 0.2752680521],
]
