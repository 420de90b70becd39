//! The same grammar under other clouds' parameters: a table of what each of them spells otherwise.

/// OSS's own parameter.
pub const OSS: &str = "x-oss-process";

/// How one cloud spells a program.
pub struct Cloud {
    /// The query parameter.
    pub param: &'static str,
    /// What stands before a program that has no prefix of its own.
    prefix: &'static str,
    /// Arguments that are spelt otherwise, and as OSS spells them.
    words: &'static [(&'static str, &'static str)],
    /// What a watermark has where the program says nothing else.
    watermark: &'static str,
}

/// All clouds whose programs are taken.
#[rustfmt::skip]
pub const CLOUDS: &[Cloud] = &[
    Cloud { param: OSS, prefix: "", words: &[], watermark: "" },
    // Huawei OBS.
    Cloud {
        param: "x-image-process",
        prefix: "",
        words: &[
            ("g_tl", "g_nw"), ("g_top", "g_north"), ("g_tr", "g_ne"), ("g_left", "g_west"), ("g_right", "g_east"),
            ("g_bl", "g_sw"), ("g_bottom", "g_south"), ("g_br", "g_se"),
        ],
        watermark: "align_0",
    },
    // Volcengine TOS.
    Cloud { param: "x-tos-process", prefix: "", words: &[], watermark: "" },
    // Baidu BOS.
    Cloud { param: "x-bce-process", prefix: "", words: &[("f_auto", "auto")], watermark: "" },
    // Alibaba CDN and DCDN.
    Cloud { param: "image_process", prefix: "image/", words: &[], watermark: "" },
];

/// The cloud whose parameter this is.
pub fn find(param: &str) -> Option<&'static Cloud> {
    CLOUDS.iter().find(|cloud| cloud.param == param)
}

impl Cloud {
    /// The program in OSS's spelling.
    pub fn translate(&self, program: &str) -> String {
        let pipes = program.split('|').map(|pipe| {
            let actions = pipe.split('/').map(|action| self.action(action));
            let text = actions.collect::<Vec<_>>().join("/");
            match pipe.starts_with("image/") || pipe.starts_with("style/") {
                true => text,
                false => format!("{}{text}", self.prefix),
            }
        });
        pipes.collect::<Vec<_>>().join("|")
    }

    fn action(&self, action: &str) -> String {
        let word = |item: &str| self.words.iter().find(|(theirs, _)| *theirs == item).map_or(item, |(_, ours)| *ours).to_string();
        let mut items: Vec<String> = action.split(',').map(word).collect();
        let is_mark = items.first().is_some_and(|name| name == "watermark");
        let key = self.watermark.split('_').next().unwrap_or("");
        if is_mark && !key.is_empty() && !items.iter().any(|item| item.split('_').next() == Some(key)) {
            items.push(self.watermark.to_string());
        }
        items.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cloud_is_read_as_oss() {
        for (param, theirs, ours) in [
            ("x-oss-process", "image/resize,w_100|style/a", "image/resize,w_100|style/a"),
            ("x-image-process", "image/crop,w_5,g_tl/watermark,text_YQ,g_br", "image/crop,w_5,g_nw/watermark,text_YQ,g_se,align_0"),
            ("x-image-process", "image/watermark,text_YQ,align_1", "image/watermark,text_YQ,align_1"),
            ("x-tos-process", "image/info", "image/info"),
            ("x-bce-process", "image/format,f_auto", "image/format,auto"),
            ("image_process", "resize,h_200/quality,q_90", "image/resize,h_200/quality,q_90"),
            ("image_process", "image/resize,h_200", "image/resize,h_200"),
        ] {
            assert_eq!(find(param).unwrap().translate(theirs), ours);
        }
        assert!(find("x-cos-process").is_none());
    }
}
