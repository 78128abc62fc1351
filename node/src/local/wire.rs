//! One connection to a node, one command at a time.

use std::time::Duration;

use bytes::BytesMut;
use shoal_resp::{Decoder, Frame, Limits, write_command};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a node may take to answer. A node that is busy starting is asked again by the caller.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// A client of one node.
pub(crate) struct Client {
    stream: TcpStream,
    decoder: Decoder,
    input: BytesMut,
}

impl Client {
    /// Connects.
    pub(crate) async fn connect(port: u16) -> Result<Self, String> {
        let stream = timeout(ANSWER_MAX, TcpStream::connect(("127.0.0.1", port))).await;
        let stream = stream
            .map_err(|_| "it does not accept".to_owned())?
            .map_err(|error| error.to_string())?;
        Ok(Self {
            stream,
            decoder: Decoder::new(Limits::default()),
            input: BytesMut::new(),
        })
    }

    /// Sends a command and reads its reply as text; an error reply is an error.
    pub(crate) async fn ask(&mut self, words: &[&str]) -> Result<String, String> {
        let arguments: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let mut request = Vec::new();
        write_command(&mut request, &arguments);
        self.stream
            .write_all(&request)
            .await
            .map_err(|error| error.to_string())?;
        let frame = timeout(ANSWER_MAX, self.reply())
            .await
            .map_err(|_| "it does not answer".to_owned())??;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if let Some(error) = frame.as_error() {
            return Err(text(error));
        }
        match frame.as_integer() {
            Some(number) => Ok(number.to_string()),
            None => Ok(frame.as_bytes().map(text).unwrap_or_default()),
        }
    }

    async fn reply(&mut self) -> Result<Frame, String> {
        loop {
            if let Some(frame) = self
                .decoder
                .decode(&mut self.input)
                .map_err(|error| error.to_string())?
            {
                return Ok(frame);
            }
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) => return Err("it closed the connection".into()),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}
