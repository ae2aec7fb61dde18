import CSystem
import FanoutEvents
import Testing

struct ColumnsTests {
    @Test("what is answered without libc is what libc answers")
    func shortcuts() {
        let different = (UInt32(0x20)...0xFFFF).filter { value in
            guard let scalar = Unicode.Scalar(value) else { return false }
            return scalar.columns != Int(csystem_columns(value))
        }
        #expect(different == [])
    }

    @Test(
        "it does not depend on the program's locale",
        arguments: [(0x41, 1), (0x301, 0), (0x65E5, 2), (0x1F469, 2), (0x200B, 0), (0x1B, -1), (0x50000, -1)])
    func widths(scalar: UInt32, columns: Int32) {
        #expect(csystem_columns(scalar) == columns)
    }
}
