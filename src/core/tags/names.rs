//! The names of the tags of EXIF 2.32 (tables 3 to 21), as exiv2 and, after it, OSS spell them.

use super::Group;

/// The name; `None` for tags that the standard does not know.
pub fn name(group: Group, tag: u16) -> Option<&'static str> {
    let table = match group {
        Group::Image | Group::Thumbnail => IMAGE,
        Group::Photo => PHOTO,
        Group::Place => PLACE,
        Group::Interop => INTEROP,
    };
    table.iter().find(|(number, _)| *number == tag).map(|(_, name)| *name)
}

const IMAGE: &[(u16, &str)] = &[
    (0x0100, "ImageWidth"),
    (0x0101, "ImageLength"),
    (0x0102, "BitsPerSample"),
    (0x0103, "Compression"),
    (0x0106, "PhotometricInterpretation"),
    (0x010e, "ImageDescription"),
    (0x010f, "Make"),
    (0x0110, "Model"),
    (0x0111, "StripOffsets"),
    (0x0112, "Orientation"),
    (0x0115, "SamplesPerPixel"),
    (0x0116, "RowsPerStrip"),
    (0x0117, "StripByteCounts"),
    (0x011a, "XResolution"),
    (0x011b, "YResolution"),
    (0x011c, "PlanarConfiguration"),
    (0x0128, "ResolutionUnit"),
    (0x012d, "TransferFunction"),
    (0x0131, "Software"),
    (0x0132, "DateTime"),
    (0x013b, "Artist"),
    (0x013e, "WhitePoint"),
    (0x013f, "PrimaryChromaticities"),
    (0x0144, "TileOffsets"),
    (0x0145, "TileByteCounts"),
    (0x0201, "JPEGInterchangeFormat"),
    (0x0202, "JPEGInterchangeFormatLength"),
    (0x0211, "YCbCrCoefficients"),
    (0x0212, "YCbCrSubSampling"),
    (0x0213, "YCbCrPositioning"),
    (0x0214, "ReferenceBlackWhite"),
    (0x8298, "Copyright"),
    (0x8769, "ExifTag"),
    (0x8825, "GPSTag"),
];

const PHOTO: &[(u16, &str)] = &[
    (0x829a, "ExposureTime"),
    (0x829d, "FNumber"),
    (0x8822, "ExposureProgram"),
    (0x8824, "SpectralSensitivity"),
    (0x8827, "ISOSpeedRatings"),
    (0x8828, "OECF"),
    (0x8830, "SensitivityType"),
    (0x8831, "StandardOutputSensitivity"),
    (0x8832, "RecommendedExposureIndex"),
    (0x8833, "ISOSpeed"),
    (0x8834, "ISOSpeedLatitudeyyy"),
    (0x8835, "ISOSpeedLatitudezzz"),
    (0x9000, "ExifVersion"),
    (0x9003, "DateTimeOriginal"),
    (0x9004, "DateTimeDigitized"),
    (0x9010, "OffsetTime"),
    (0x9011, "OffsetTimeOriginal"),
    (0x9012, "OffsetTimeDigitized"),
    (0x9101, "ComponentsConfiguration"),
    (0x9102, "CompressedBitsPerPixel"),
    (0x9201, "ShutterSpeedValue"),
    (0x9202, "ApertureValue"),
    (0x9203, "BrightnessValue"),
    (0x9204, "ExposureBiasValue"),
    (0x9205, "MaxApertureValue"),
    (0x9206, "SubjectDistance"),
    (0x9207, "MeteringMode"),
    (0x9208, "LightSource"),
    (0x9209, "Flash"),
    (0x920a, "FocalLength"),
    (0x9214, "SubjectArea"),
    (0x927c, "MakerNote"),
    (0x9286, "UserComment"),
    (0x9290, "SubSecTime"),
    (0x9291, "SubSecTimeOriginal"),
    (0x9292, "SubSecTimeDigitized"),
    (0x9400, "Temperature"),
    (0x9401, "Humidity"),
    (0x9402, "Pressure"),
    (0x9403, "WaterDepth"),
    (0x9404, "Acceleration"),
    (0x9405, "CameraElevationAngle"),
    (0xa000, "FlashpixVersion"),
    (0xa001, "ColorSpace"),
    (0xa002, "PixelXDimension"),
    (0xa003, "PixelYDimension"),
    (0xa004, "RelatedSoundFile"),
    (0xa005, "InteroperabilityTag"),
    (0xa20b, "FlashEnergy"),
    (0xa20c, "SpatialFrequencyResponse"),
    (0xa20e, "FocalPlaneXResolution"),
    (0xa20f, "FocalPlaneYResolution"),
    (0xa210, "FocalPlaneResolutionUnit"),
    (0xa214, "SubjectLocation"),
    (0xa215, "ExposureIndex"),
    (0xa217, "SensingMethod"),
    (0xa300, "FileSource"),
    (0xa301, "SceneType"),
    (0xa302, "CFAPattern"),
    (0xa401, "CustomRendered"),
    (0xa402, "ExposureMode"),
    (0xa403, "WhiteBalance"),
    (0xa404, "DigitalZoomRatio"),
    (0xa405, "FocalLengthIn35mmFilm"),
    (0xa406, "SceneCaptureType"),
    (0xa407, "GainControl"),
    (0xa408, "Contrast"),
    (0xa409, "Saturation"),
    (0xa40a, "Sharpness"),
    (0xa40b, "DeviceSettingDescription"),
    (0xa40c, "SubjectDistanceRange"),
    (0xa420, "ImageUniqueID"),
    (0xa430, "CameraOwnerName"),
    (0xa431, "BodySerialNumber"),
    (0xa432, "LensSpecification"),
    (0xa433, "LensMake"),
    (0xa434, "LensModel"),
    (0xa435, "LensSerialNumber"),
    (0xa460, "CompositeImage"),
    (0xa461, "SourceImageNumberOfCompositeImage"),
    (0xa462, "SourceExposureTimesOfCompositeImage"),
    (0xa500, "Gamma"),
];

const PLACE: &[(u16, &str)] = &[
    (0x0000, "GPSVersionID"),
    (0x0001, "GPSLatitudeRef"),
    (0x0002, "GPSLatitude"),
    (0x0003, "GPSLongitudeRef"),
    (0x0004, "GPSLongitude"),
    (0x0005, "GPSAltitudeRef"),
    (0x0006, "GPSAltitude"),
    (0x0007, "GPSTimeStamp"),
    (0x0008, "GPSSatellites"),
    (0x0009, "GPSStatus"),
    (0x000a, "GPSMeasureMode"),
    (0x000b, "GPSDOP"),
    (0x000c, "GPSSpeedRef"),
    (0x000d, "GPSSpeed"),
    (0x000e, "GPSTrackRef"),
    (0x000f, "GPSTrack"),
    (0x0010, "GPSImgDirectionRef"),
    (0x0011, "GPSImgDirection"),
    (0x0012, "GPSMapDatum"),
    (0x0013, "GPSDestLatitudeRef"),
    (0x0014, "GPSDestLatitude"),
    (0x0015, "GPSDestLongitudeRef"),
    (0x0016, "GPSDestLongitude"),
    (0x0017, "GPSDestBearingRef"),
    (0x0018, "GPSDestBearing"),
    (0x0019, "GPSDestDistanceRef"),
    (0x001a, "GPSDestDistance"),
    (0x001b, "GPSProcessingMethod"),
    (0x001c, "GPSAreaInformation"),
    (0x001d, "GPSDateStamp"),
    (0x001e, "GPSDifferential"),
    (0x001f, "GPSHPositioningError"),
];

const INTEROP: &[(u16, &str)] = &[
    (0x0001, "InteroperabilityIndex"),
    (0x0002, "InteroperabilityVersion"),
    (0x1000, "RelatedImageFileFormat"),
    (0x1001, "RelatedImageWidth"),
    (0x1002, "RelatedImageLength"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_another_table() {
        // Where exiv2 keeps an older name, or one of its own.
        let own = ["ExifTag", "GPSTag", "InteroperabilityTag", "ISOSpeedRatings"];
        for (group, context, rows) in [
            (Group::Image, exif::Context::Tiff, IMAGE),
            (Group::Photo, exif::Context::Exif, PHOTO),
            (Group::Place, exif::Context::Gps, PLACE),
            (Group::Interop, exif::Context::Interop, INTEROP),
        ] {
            assert!(rows.is_sorted_by(|a, b| a.0 < b.0), "{group:?}");
            for tag in 0..=u16::MAX {
                let theirs = exif::Tag(context, tag);
                let theirs = theirs.description().map(|_| theirs.to_string());
                let ours = name(group, tag);
                assert!(ours == theirs.as_deref() || own.iter().any(|o| ours == Some(o)), "{ours:?} {theirs:?}");
            }
        }
        assert_eq!(name(Group::Thumbnail, 0x0103), Some("Compression"));
    }
}
