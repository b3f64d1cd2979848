//! How far down each cell of a layer is: near its neighbours, in order, and with room between them.

/// A cell in its layer, from top to bottom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) cell: usize,
    /// Its height and the space below it.
    pub(super) room: i64,
    /// How much it minds to be elsewhere than it wants.
    pub(super) weight: f64,
}

const ROUNDS: usize = 12;

/// Neighbours of cells: cell, height there, height here.
type Near = [Vec<(usize, i64, i64)>];

/// The top of each cell; the least is 0.
pub(super) fn settle(layers: &[Vec<Placed>], before: &Near, after: &Near, cells: usize) -> Vec<i64> {
    let mut top = vec![0.0; cells];
    for layer in layers {
        let mut y = 0.0;
        for placed in layer {
            top[placed.cell] = y;
            y += placed.room as f64;
        }
    }
    let wanted = |top: &[f64], near: &Near, cell: usize| -> Vec<f64> {
        near[cell].iter().map(|&(other, there, here)| top[other] + (there - here) as f64).collect()
    };
    for round in 0..ROUNDS {
        for forward in [true, false] {
            let count = layers.len();
            for step in 0..count {
                let layer = &layers[if forward { step } else { count - 1 - step }];
                let wants: Vec<(f64, f64)> = layer
                    .iter()
                    .map(|placed| {
                        let mut all = wanted(&top, if forward { before } else { after }, placed.cell);
                        // Towards the end both sides count, so that it comes to rest.
                        if all.is_empty() || round >= ROUNDS / 2 {
                            all.extend(wanted(&top, if forward { after } else { before }, placed.cell));
                        }
                        match all.is_empty() {
                            true => (top[placed.cell], 0.05),
                            false => (median(&mut all), placed.weight),
                        }
                    })
                    .collect();
                arrange(layer, &wants, &mut top);
            }
        }
    }
    // Lines that pass go straight on where they can.
    for layer in layers {
        let wants: Vec<(f64, f64)> = layer
            .iter()
            .map(|placed| match (placed.weight > 1.0, wanted(&top, before, placed.cell).first()) {
                (true, Some(&straight)) => (straight, placed.weight),
                _ => (top[placed.cell], 1.0),
            })
            .collect();
        arrange(layer, &wants, &mut top);
    }
    let least = top.iter().copied().fold(f64::INFINITY, f64::min);
    let mut tops: Vec<i64> = top.iter().map(|y| (y - least).round() as i64).collect();
    // Rounding may have taken a pixel of the room.
    for layer in layers {
        for pair in layer.windows(2) {
            tops[pair[1].cell] = tops[pair[1].cell].max(tops[pair[0].cell] + pair[0].room);
        }
    }
    tops
}

/// The middle, or the mean of the two in the middle.
fn median(list: &mut [f64]) -> f64 {
    list.sort_by(f64::total_cmp);
    let middle = list.len() / 2;
    if list.len() % 2 == 1 { list[middle] } else { (list[middle - 1] + list[middle]) / 2.0 }
}

/// The places nearest to those wanted, by the sum of squares, that keep order and room: without the room they are an
/// ascending sequence, which pooling neighbours that violate it finds.
fn arrange(layer: &[Placed], wants: &[(f64, f64)], top: &mut [f64]) {
    // Sum of wants times weights, weights, cells.
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(layer.len());
    let mut room = 0.0;
    for (placed, &(want, weight)) in layer.iter().zip(wants) {
        pools.push(((want - room) * weight, weight, 1));
        room += placed.room as f64;
        while let [.., (sum, weight, _), (last_sum, last_weight, _)] = pools.as_slice()
            && sum / weight > last_sum / last_weight
        {
            let (sum, weight, count) = pools.pop().unwrap_or_default();
            if let Some(pool) = pools.last_mut() {
                *pool = (pool.0 + sum, pool.1 + weight, pool.2 + count);
            }
        }
    }
    let (mut at, mut room) = (0, 0.0);
    for (sum, weight, count) in pools {
        for placed in &layer[at..at + count] {
            top[placed.cell] = sum / weight + room;
            room += placed.room as f64;
        }
        at += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_where_they_want_to_be_or_beside_each_other() {
        let layer: Vec<Placed> = (0..4).map(|cell| Placed { cell, room: 10, weight: 1.0 }).collect();
        let mut top = vec![0.0; 4];
        arrange(&layer, &[(0.0, 1.0), (30.0, 1.0), (30.0, 1.0), (100.0, 1.0)], &mut top);
        assert_eq!(top, [0.0, 25.0, 35.0, 100.0]);
        arrange(&layer, &[(50.0, 1.0), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0)], &mut top);
        assert_eq!(top, [-2.5, 7.5, 17.5, 27.5]);
    }
}
