//! A plan explained: what will be done, at which scale the source is decoded, what it costs.

use crate::budget;
use crate::codec::Header;
use crate::ops::Op;
use crate::plan::Plan;
use crate::render::{output_format, output_quality, work, Scene};
use crate::Result;
use serde_json::{json, Value};

/// The explanation, as `?explain=1` and `limn explain` tell it. Sizes are in pixels, memory in bytes
/// beside the source, work in additions of a sample.
///
/// # Errors
/// What reading the source's header meets. A plan beyond its budget is explained all the same, with the
/// refusal beside.
pub fn explain(plan: &Plan, bytes: &[u8], scene: &Scene) -> Result<Value> {
    let header = Header::read(bytes, scene.kit)?;
    let ops: Vec<&dyn Op> = plan.ops().iter().map(|op| op.as_ref()).collect();
    let format = output_format(plan, &header, scene.class);
    let moves = header.frames > 1 && plan.still.is_none() && format.is_some_and(|f| f.is_animated());
    let frames = if moves { header.frames } else { 1 };
    let work = work(plan, &ops, frames, format);
    let estimate = budget::estimate(&header, &work, scene.kit);
    let refusal = budget::check(&header, &work, scene.kit).err();
    let size = |s: crate::image::Size| json!({ "width": s.width, "height": s.height });
    Ok(json!({
        "plan": plan.to_string(),
        "operations": ops.iter().map(|op| op.to_string()).collect::<Vec<_>>(),
        "files": plan.files().iter().map(|f| f.to_string()).collect::<Vec<_>>(),
        "source": {
            "format": header.format.name(), "size": size(header.size), "frames": header.frames, "bytes": bytes.len(),
            "orientation": header.orientation.value(), "quality": header.quality,
        },
        "decoded": size(estimate.decoded),
        "decode_scale": f64::from(estimate.decoded.width) / f64::from(header.size.width.max(1)),
        "result": size(estimate.result),
        "format": format.map_or("png if transparent, else jpg", |f| f.name()),
        "quality": format.map(|f| output_quality(plan.quality, scene.default_quality, &header, f)),
        "memory_bytes": estimate.memory,
        "work": estimate.work,
        "refused": refusal.map(|e| e.to_string()),
    }))
}
